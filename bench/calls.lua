-- Calls as clients of an API make them, for wrk: heads of some 400 bytes, a body of about a kilobyte in every third.
local hosts = { "orders.shop.svc", "users.shop.svc", "catalog.shop.svc" }
local agents = { "okhttp/4.12.0", "python-requests/2.32.3", "Go-http-client/2.0" }
local token = "Bearer " .. string.rep("eyJhbGciOiJub25lIn0", 4)
local item = '{"sku":"%06d","quantity":%d,"name":"article number %d","price":19.90}'
local count = 0

local function order(n)
  local items = {}
  for i = 1, 14 do items[i] = item:format(n % 1000 + i, i, n % 77) end
  return '{"reference":"' .. n .. '","items":[' .. table.concat(items, ",") .. "]}"
end

function request()
  count = count + 1
  local headers = {
    Host = hosts[count % #hosts + 1],
    ["User-Agent"] = agents[count % #agents + 1],
    Accept = "application/json",
    Authorization = token,
    ["X-Request-Id"] = ("%08x-%012d"):format(count, count),
  }
  if count % 3 ~= 0 then return wrk.format("GET", "/api/v2/orders/" .. count % 9973 .. "?page=" .. count % 7, headers) end
  headers["Content-Type"] = "application/json"
  return wrk.format("POST", "/api/v2/orders", headers, order(count))
end
