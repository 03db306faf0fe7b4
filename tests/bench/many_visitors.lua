-- Each request from an address of its own, so that limits by address do not stand in the way.
local n = math.random(1, 1000000)
request = function()
    n = n + 1
    wrk.headers["X-Forwarded-For"] =
        string.format("2001:db8:%x:%x::1", math.floor(n / 65536) % 65536, n % 65536)
    return wrk.format("GET")
end
