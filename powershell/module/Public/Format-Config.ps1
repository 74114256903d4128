function Format-Config {
    <#
    .SYNOPSIS
        Shows a configuration as indented JSON.
    .DESCRIPTION
        Any object or dictionary will do; values are shown ten levels deep. No configuration - $null, or nothing from the
        pipeline - is a terminating error with a System.ArgumentException.
    .PARAMETER Config
        The configuration.
    .EXAMPLE
        Format-Config -Config @{ Name = 'Web'; Nodes = @(@{ Name = 'WEB-01' }) }
    .EXAMPLE
        [pscustomobject]@{ Name = 'Web' } | Format-Config
    .OUTPUTS
        System.String
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Format-Config.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Get-LabConfig
    .LINK
        Export-LabConfig
    .LINK
        about_LabRunner
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [AllowNull()]
        [object] $Config
    )

    begin {
        $any = $false
        $none = {
            throw [System.ArgumentException]::new('A configuration is needed, as -Config or from the pipeline.', 'Config')
        }
    }
    process {
        $any = $true
        if ($null -eq $Config) { & $none }
        ConvertTo-Json -InputObject $Config -Depth 10
    }
    end { if (-not $any) { & $none } }
}
