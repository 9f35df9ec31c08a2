"""The proof of work in a real browser: asked for on the first touch, solved beside the page, never waited for."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_sign_up import fill, send

LONGER_THAN_THE_YOUNGEST = 2100


def sent(visit, portal, email):
    send(visit)
    visit.wait_for_url("**/receipt/**")
    (sign_up,) = portal.sign_ups(email)
    return sign_up.signs, sign_up.flagged


def test_a_visitor_with_javascript_proves_it_and_leaves_no_sign(visit, portal):
    challenges = []
    visit.on(
        "request",
        lambda request: challenges.append(request.url) if "/challenge" in request.url else None,
    )
    visit.goto("/tilmelding/mentor/")
    assert [] == challenges
    fill(visit, "bevis@eksempel.dk")
    expect(visit.locator("input[name=proof]")).to_have_value(re.compile("^ey"))
    visit.wait_for_timeout(LONGER_THAN_THE_YOUNGEST)

    assert ((), False) == sent(visit, portal, "bevis@eksempel.dk")
    assert [f"{portal.url}/forms/mentor/challenge"] == challenges
    assert 0 == visit.evaluate("localStorage.length + sessionStorage.length")


def test_the_trap_filled_by_a_password_manager_flags_nobody_with_a_proof(visit, portal):
    visit.goto("/tilmelding/mentor/")
    fill(visit, "husker@eksempel.dk")
    visit.locator("input[name=website]").evaluate("one => { one.value = 'https://karen.example'; }")
    visit.wait_for_timeout(LONGER_THAN_THE_YOUNGEST)

    assert (("trap",), False) == sent(visit, portal, "husker@eksempel.dk")


@pytest.mark.visitor(java_script_enabled=False)
def test_without_javascript_there_is_no_proof_and_no_doubt(visit, portal):
    visit.goto("/tilmelding/mentor/")
    fill(visit, "uden-script@eksempel.dk")

    assert (("unproved",), False) == sent(visit, portal, "uden-script@eksempel.dk")


def test_with_the_keyboard_alone_the_form_is_proved_like_any_other(visit, portal):
    visit.goto("/tilmelding/mentor/")
    fill(visit, "tastatur@eksempel.dk")
    visit.wait_for_timeout(LONGER_THAN_THE_YOUNGEST)
    visit.locator(".mk-form button[type=submit]").focus()
    visit.keyboard.press("Enter")
    visit.wait_for_url("**/receipt/**")

    (sign_up,) = portal.sign_ups("tastatur@eksempel.dk")
    assert ((), False) == (sign_up.signs, sign_up.flagged)
    for hidden in ("input[name=website]", "input[name=proof]"):
        visit.goto("/tilmelding/mentor/")
        assert 0 == visit.locator(f"{hidden}:not([tabindex='-1']):not([type=hidden])").count()


def test_a_challenge_that_never_comes_holds_nobody_up(visit, portal):
    visit.route("**/challenge", lambda route: None)
    visit.goto("/tilmelding/mentor/")
    fill(visit, "venterpaabevis@eksempel.dk")

    assert (("unproved",), False) == sent(visit, portal, "venterpaabevis@eksempel.dk")


def test_the_hardest_number_is_found_within_two_seconds(visit):
    visit.goto("/tilmelding/mentor/")
    took = visit.evaluate("""async () => {
      const salt = "0123456789abcdef01234567?form=mentor&given=1795649625497&";
      const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(salt + 100000)));
      const challenge = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
      const script = document.querySelector("script[src*=proof]").src;
      const worker = new Worker(script);
      const began = performance.now();
      const number = await new Promise((resolve) => {
        worker.onmessage = (event) => resolve(event.data);
        worker.postMessage({ challenge, salt, largest: 100000 });
      });
      worker.terminate();
      return [number, performance.now() - began];
    }""")

    assert 100_000 == took[0]
    assert took[1] < 2000, took
