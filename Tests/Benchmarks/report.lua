-- A report of about 180 bytes, and one line of figures for the script that started wrk.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local token = os.getenv("TOKEN")
if token then wrk.headers["Authorization"] = "Bearer " .. token end
local body = '{"metadata":{"rows":10432,"source":"s3://warehouse/orders/part-0001.parquet","ok":true,'
  .. '"ratio":0.9731},"partition":"2026-11-22","description":"nightly load","data_version":"1.1.1"}'
local shape = os.getenv("SHAPE")
if shape == "gzip" then
  body = os.getenv("GZIPPED"):gsub("..", function(digits) return string.char(tonumber(digits, 16)) end)
  wrk.headers["Content-Encoding"] = "gzip"
end
if shape ~= "chunked" then wrk.body = body end
local chunks = string.format("%x\r\n%s\r\n0\r\n\r\n", #body, body)
local key = 0
request = function()
  key = key % 1000 + 1
  local path = "/report_asset_materialization/warehouse/orders_" .. key
  if shape ~= "chunked" then return wrk.format("POST", path) end
  return "POST " .. path .. " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" .. chunks
end
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    "FIGURES %d %d %.1f %.1f %d\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
