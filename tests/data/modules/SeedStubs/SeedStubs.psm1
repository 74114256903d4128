# The commands that the documented examples call and that belong to other products. Each writes down
# what it was called with, in the order of the calls, for all runspaces of the process.

function Add-Call([string] $Command, $Bound) {
    $calls = [AppDomain]::CurrentDomain.GetData('SeedStubs.Calls')
    if ($null -eq $calls) { throw 'Put a ConcurrentQueue[object] into AppDomain data SeedStubs.Calls first.' }
    $calls.Enqueue([pscustomobject]@{ Command = $Command; Parameters = [hashtable]$Bound })
    $failing = [AppDomain]::CurrentDomain.GetData('SeedStubs.Failing')
    if ($failing -and $failing -contains $Command) { throw "$Command was told to fail" }
}

function New-LabInfrastructure { param($Config) Add-Call New-LabInfrastructure $PSBoundParameters }
function New-DomainController { param($Name, $Role, $CPU, $Memory, $Disk) Add-Call New-DomainController $PSBoundParameters }
function New-DatabaseServer { param($Name, $Role, $CPU, $Memory, $Disk) Add-Call New-DatabaseServer $PSBoundParameters }
function New-WebServer { param($Name, $Role, $CPU, $Memory, $Disk) Add-Call New-WebServer $PSBoundParameters }
function Test-DomainConnection { param($Domain) Add-Call Test-DomainConnection $PSBoundParameters; $true }
function Test-DatabaseConnection { param($Server) Add-Call Test-DatabaseConnection $PSBoundParameters; $true }
function Test-WebService { param([string[]] $Servers) Add-Call Test-WebService $PSBoundParameters; $true }
function Invoke-IntegrationTests { param($LabName) Add-Call Invoke-IntegrationTests $PSBoundParameters; 'passed' }
function Test-RecoveryInfrastructure { param($Target) Add-Call Test-RecoveryInfrastructure $PSBoundParameters }
function Restore-System { param($Name, $Backup) Add-Call Restore-System $PSBoundParameters }
function Restore-Application { param($Name, $Backup) Add-Call Restore-Application $PSBoundParameters }
function Test-RecoveryCompletion { param($Plan) Add-Call Test-RecoveryCompletion $PSBoundParameters }
function Test-ServiceHealth { param($Services) Add-Call Test-ServiceHealth $PSBoundParameters }
function Test-PerformanceThresholds { param($Metrics) Add-Call Test-PerformanceThresholds $PSBoundParameters }

Export-ModuleMember -Function New-*, Test-*, Invoke-*, Restore-*
