# Asks for services and token, and writes configmap.yaml: what the old setup-config.ps1 did. Options go to `weir setup`.
$ErrorActionPreference = 'Stop'
$weir = if ($env:WEIR) { $env:WEIR } else { 'weir' }
& $weir setup @args
exit $LASTEXITCODE
