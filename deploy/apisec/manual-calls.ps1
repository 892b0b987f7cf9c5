# Makes a call to every endpoint of the example services, so that there is something to see.
param(
    [string] $ExampleApi = 'http://localhost:8080',
    [string] $OrderService = ''
)
$ErrorActionPreference = 'Stop'
$weir = if ($env:WEIR) { $env:WEIR } else { 'weir' }
& $weir replay -r (Join-Path $PSScriptRoot 'calls-example-api.gor') --to $ExampleApi --speed max
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
if ($OrderService) { & $weir replay -r (Join-Path $PSScriptRoot 'calls-order-service.gor') --to $OrderService --speed max }
exit $LASTEXITCODE
