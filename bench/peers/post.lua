-- wrk: each request is another volunteer's whole sign-up. Prints what the bench reads: a line "result" of its own.
local sent, who = 0, ""

function init(arguments)
  who = arguments[1] or "v"
end

function request()
  sent = sent + 1
  local body = "language=da&website=&name=Sofie+%C3%86r%C3%B8&place=5000&industry=it-teknik&adult=yes&contact=yes&email="
    .. who .. "." .. sent .. "%40example.com"
  return wrk.format("POST", "/forms/mentor", {["Content-Type"] = "application/x-www-form-urlencoded"}, body)
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("result %f %f %f %d\n",
    (summary.requests - errors.status) * 1e6 / summary.duration, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
