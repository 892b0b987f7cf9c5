# Fetches what a traffic monitor has captured, and writes captured-endpoints.json.
param(
    [string] $OutputFile = 'captured-endpoints.json',
    [string] $Namespace = 'kube-system',
    [bool] $SkipHealthChecks = $true,
    [switch] $NewOnly,
    [switch] $Clear,
    [string] $Events = ''
)
$ErrorActionPreference = 'Stop'
$weir = if ($env:WEIR) { $env:WEIR } else { 'weir' }
$fetched = $null
if ($Clear) {
    $folder = Split-Path -Parent $OutputFile
    if (-not $folder) { $folder = '.' }
    Remove-Item -Force -ErrorAction SilentlyContinue (Join-Path $folder '.extract-state.json')
}
if (-not $Events) {
    $pod = kubectl -n $Namespace get pods -l app=traffic-monitor -o 'jsonpath={.items[0].metadata.name}'
    if (-not $pod) { Write-Error "no pod with label app=traffic-monitor in $Namespace" }
    $fetched = New-TemporaryFile
    $Events = $fetched.FullName
    kubectl -n $Namespace exec $pod -- cat /tmp/endpoints.json | Out-File -Encoding utf8 $Events
}
$options = @('endpoints', '-r', $Events, '--format', 'captured', '-o', $OutputFile)
if (-not $SkipHealthChecks) { $options += '--include-health-checks' }
if ($NewOnly) { $options += '--new-only' }
& $weir @options
$code = $LASTEXITCODE
if ($fetched) { Remove-Item -Force $fetched }
exit $code
