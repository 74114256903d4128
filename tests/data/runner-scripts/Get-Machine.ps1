# Has standard parameters, a function of its own, and returns an object from its body.
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter()] [object] $Config,
    [Parameter()] [switch] $AsJson,
    [Parameter()] [ValidateSet("silent", "normal", "detailed")] [string] $Verbosity = "normal",
    [Parameter()] [switch] $Auto,
    [Parameter()] [switch] $Force
)

Import-Module (Join-Path $env:PWSH_MODULES_PATH "LabRunner") -Force
Import-Module (Join-Path $env:PWSH_MODULES_PATH "Logging") -Force

Write-CustomLog "Starting $($MyInvocation.MyCommand.Name)"

$params = Initialize-StandardParameters -InputParameters $PSBoundParameters -ScriptName $MyInvocation.MyCommand.Name

function Get-Machine {
    [CmdletBinding()]
    param([switch] $AsJson, [object] $Config)

    Invoke-LabStep -Config $Config -Body {
        $platform = Get-Platform
        Write-CustomLog "Platform: $platform ($($params.Verbosity))"
        $info = [pscustomobject] @{ Name = 'machine'; Platform = $platform; Auto = $params.IsAutoMode }
        if ($AsJson) { return $info | ConvertTo-Json -Compress }
        return $info
    }
}

Get-Machine -AsJson:$AsJson -Config $Config
