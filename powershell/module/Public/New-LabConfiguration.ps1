function New-LabConfiguration {
    <#
    .SYNOPSIS
        Writes a lab file to begin with: a small lab that runs, with comments that say what else there is.
    .DESCRIPTION
        The file is YAML; its first line names the schema, with which an editor completes and checks it. A file that is there
        is not written over without -Force.
    .PARAMETER Path
        The file to write.
    .PARAMETER Name
        The lab's name; that of the file when absent.
    .PARAMETER Force
        Writes over a file that is there.
    .EXAMPLE
        New-LabConfiguration -Path ./my-lab.yaml
        Test-LabConfiguration -Path ./my-lab.yaml
    .OUTPUTS
        System.IO.FileInfo
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/New-LabConfiguration.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/lab-files.md
    .LINK
        Test-LabConfiguration
    .LINK
        Start-AdvancedLabOrchestration
    .LINK
        Export-LabConfig
    .LINK
        about_LabRunner
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([System.IO.FileInfo])]
    param(
        [Parameter(Mandatory, Position = 0)]
        [ValidateNotNullOrEmpty()]
        [string] $Path,

        [ValidateNotNullOrEmpty()]
        [string] $Name,

        [switch] $Force
    )

    $refused = {
        param([string] $Id, [string] $Message, [string] $Advice, [string] $Category)
        $PSCmdlet.ThrowTerminatingError([LabRunner.LabRunnerException]::new($Id, $Category, $Message, $Advice, $file, $null).ErrorRecord)
    }
    $file = Resolve-LabFilePath -Caller $PSCmdlet -Path $Path
    if ([System.IO.Path]::GetExtension($file) -notin '.yaml', '.yml') {
        & $refused 'LabRunner.InvalidValue' "'$file' does not end in .yaml or .yml." 'Give the file a name that ends in .yaml.' 'InvalidArgument'
    }
    if ([System.IO.File]::Exists($file) -and -not $Force) {
        & $refused 'LabRunner.FileExists' "The file '$file' exists already." 'Choose another path, or use -Force to write over it.' 'ResourceExists'
    }
    if (-not [System.IO.Directory]::Exists([System.IO.Path]::GetDirectoryName($file))) {
        & $refused 'LabRunner.FileUnwritable' "The folder of '$file' does not exist." 'Make it first.' 'ObjectNotFound'
    }

    if (-not $Name) { $Name = [System.IO.Path]::GetFileNameWithoutExtension($file) }
    $quoted = "'" + $Name.Replace("'", "''") + "'"
    $text = @"
# yaml-language-server: `$schema=https://raw.githubusercontent.com/wizzense/LabRunner/main/schemas/lab-1.schema.json
name: $quoted
version: "1.0"

settings:
  max-concurrency: 4          # operations at the same time
  timeout: 30m                # limit of an operation without its own
  # failure-strategy: stop    # or continue, retry, rollback

# What an environment changes; run with -Environment dev.
environments:
  dev:
    settings: { max-concurrency: 2 }

operations:
  - name: prepare
    script: |
      Write-Output 'ready'

  - name: deploy
    dependencies: [prepare]   # waits until these have succeeded
    parameters:
      Server: WEB-01
    timeout: 5m
    # retry: { count: 2, delay: 10s }
    # resources: { memory-gb: 2 }
    script: |
      param(`$Server)
      Write-Output "deployed to `$Server"
    rollback: |
      param(`$Server)
      Write-Output "removed from `$Server"

# After all operations.
validation:
  - name: check
    script: Write-Output 'all is well'

"@
    if ($PSCmdlet.ShouldProcess($file, 'Write a lab to begin with')) {
        $fresh = "$file.$PID.tmp"
        try {
            [System.IO.File]::WriteAllText($fresh, $text.Replace("`r`n", "`n"))
            [System.IO.File]::Move($fresh, $file, $true)
        } finally {
            [System.IO.File]::Delete($fresh)
        }
        [System.IO.FileInfo]::new($file)
    }
}
