# Writes down a call, one line of JSON each, where the test says: workers are runspaces of their own.
function Write-Call([System.Management.Automation.InvocationInfo] $Call, [System.Collections.IDictionary] $Bound) {
    if (-not $env:LAB_NEIGHBOUR_CALLS) { return }
    $arguments = [ordered]@{}
    foreach ($key in $Bound.Keys | Sort-Object) { $arguments[$key] = if ($Bound[$key] -is [switch]) { [bool] $Bound[$key] } else { "$($Bound[$key])" } }
    $line = ConvertTo-Json -Compress -InputObject ([ordered]@{ Command = $Call.MyCommand.Name; Arguments = $arguments })
    # One writer at a time, whichever runspace it is in.
    [System.Threading.Monitor]::Enter([appdomain])
    try { [System.IO.File]::AppendAllText($env:LAB_NEIGHBOUR_CALLS, "$line`n") } finally { [System.Threading.Monitor]::Exit([appdomain]) }
}
