"""What was typed, given back where it cannot be kept: nobody writes it twice."""

from starlette.requests import Request
from starlette.responses import Response

from mentorkorps import forms
from mentorkorps.backend import posted
from mentorkorps.backend.reply import PRIVATE, Refusal, language_of, page, speak, wants_json
from mentorkorps.rendering import words


async def give_back(request: Request, refusal: Refusal) -> Response:
    """The refusal as a page with everything that was typed, so that it can be copied. Else raises the refusal."""
    try:
        given = await posted.read(request)
    except Refusal:
        raise refusal from None
    speak(request, given.get(forms.LANGUAGE, ("",))[0])
    typed = [
        (name, text) for name, texts in given.items() if name not in forms.HIDDEN for text in texts if text.strip()
    ]
    if wants_json(request) or not typed:
        raise refusal
    told = words(language_of(request))["reply"]["refused"][refusal.words]
    return page(
        request, "given-back.html", refusal.status, PRIVATE | refusal.headers,
        told=told, typed=typed, action=refusal.action,
    )  # fmt: skip
