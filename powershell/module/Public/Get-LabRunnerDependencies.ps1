function Get-LabRunnerDependencies {
    <#
    .SYNOPSIS
        Lists what LabRunner needs and what it works with.
    .DESCRIPTION
        Gives one object for each: Name, Kind (Engine, Library, Module or Program), Required and Purpose. With -Check also
        Available, Loaded (of modules), Version, Path and Message. What is not required is used where it is there, and missed
        only by what needs it.
    .PARAMETER Check
        Looks whether each is there.
    .EXAMPLE
        Get-LabRunnerDependencies
    .EXAMPLE
        Get-LabRunnerDependencies -Check | Where-Object { -not $_.Available } | Select-Object Name, Required, Purpose
    .OUTPUTS
        LabRunner.LabDependency
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Get-LabRunnerDependencies.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Test-LabRunnerHealth
    .LINK
        about_LabRunner
    #>
    [CmdletBinding()]
    [OutputType('LabRunner.LabDependency')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseSingularNouns', '', Justification = 'The documented name.')]
    param(
        [switch] $Check
    )

    $list = @(
        , @('PowerShell', 'Engine', $true, 'PowerShell 7.4 or later')
        , @('labrunner_native', 'Library', $true, 'decides what runs when; comes with the module')
        , @('Logging', 'Module', $false, 'the log; without it lines go to the console')
        , @('ProgressTracking', 'Module', $false, 'receives the progress of deployments; without it Write-Progress is')
        , @('OpenTofuProvider', 'Module', $false, 'deploys the infrastructure of Start-EnhancedLabDeployment')
        , @('ISOManager', 'Module', $false, 'downloads and makes images, called by your operations')
        , @('SecureCredentials', 'Module', $false, 'holds credentials, called by your operations')
        , @('ConfigurationCore', 'Module', $false, 'holds settings of modules')
        , @('RemoteConnection', 'Module', $false, 'runs commands on other machines, called by your operations')
        , @('tofu', 'Program', $false, 'OpenTofu; Invoke-OpenTofuInstaller installs it')
        , @('gh', 'Program', $false, 'downloads from GitHub that need to be signed in')
        , @('npm', 'Program', $false, 'Invoke-LabNpm')
    )
    foreach ($item in $list) {
        $name, $kind, $required, $purpose = $item
        $entry = [ordered]@{ PSTypeName = 'LabRunner.LabDependency'; Name = $name; Kind = $kind; Required = $required; Purpose = $purpose }
        if ($Check) {
            $available = $loaded = $false
            $version = $path = $message = $null
            switch ($kind) {
                'Engine' {
                    $version = "$($PSVersionTable.PSVersion)"
                    $available = $PSVersionTable.PSVersion -ge [version] '7.4'
                    $path = $PSHOME
                    $loaded = $true
                    if (-not $available) { $message = 'Install PowerShell 7.4 or later.' }
                }
                'Library' {
                    $found = (LabRunner.Commands\Test-LabRunnerHealth -Caller $PSCmdlet).Checks | Where-Object Name -EQ 'NativeLibrary'
                    $available = $loaded = $found.Status -eq 'Ok'
                    $message = $found.Message
                    $version = if ($found.Message -match '^Version (\S+),') { $Matches[1] }
                }
                'Module' {
                    $module = @(Get-Module -Name $name)[0]
                    $loaded = $null -ne $module
                    if (-not $module) { $module = @(Get-Module -Name $name -ListAvailable -ErrorAction Ignore)[0] }
                    if ($module) {
                        $available = $true
                        $version = "$($module.Version)"
                        $path = $module.ModuleBase
                    }
                    if (-not $module) { $message = 'It is neither loaded nor on the module path.' }
                }
                'Program' {
                    $program = @(Get-Command -Name $name -CommandType Application -ErrorAction Ignore)[0]
                    if ($program) {
                        $available = $true
                        $path = $program.Source
                        $version = if ("$($program.Version)" -notin '', '0.0.0.0') { "$($program.Version)" }
                    }
                    if (-not $program) { $message = 'It is not on the PATH.' }
                }
            }
            $entry.Available = $available
            $entry.Loaded = $loaded
            $entry.Version = $version
            $entry.Path = $path
            $entry.Message = $message
        }
        [pscustomobject] $entry
    }
}
