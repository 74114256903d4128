function Invoke-LabStep {
    <#
    .SYNOPSIS
        Runs one step of a script, in the caller's own session.
    .DESCRIPTION
        The body runs where it was written: it sees the variables and functions of its script, $Config and $PSCmdlet among
        them, and what it writes is what the caller gets, as it is written. Nothing is added to it. 'return' ends the body,
        'exit' the script.

        An error that ends the body is logged with Write-CustomLog, unless LAB_CONSOLE_LEVEL is '0' or 'SILENT', and goes on
        to the caller as it is. $ErrorActionPreference of the body is the caller's own.

        A body with a parameter gets the configuration as its argument: an object or a dictionary as it is; a text that is
        the path of a JSON or YAML file, or JSON itself, as the objects in it. Any other text is passed as it stands.

        Without -Body, -Command is run: a script block, the name of a command, or script text. Without both, the command
        that -StepName names.
    .PARAMETER Body
        What to run.
    .PARAMETER Config
        The configuration.
    .PARAMETER StepName
        The step's name, for the log; without -Body and -Command, the command to run. Alias: Name.
    .PARAMETER Parameters
        Parameters by name, for the body or the command.
    .PARAMETER Command
        A script block, the name of a command, or script text, to run instead of a body.
    .EXAMPLE
        $Config = @{ InstallGo = $false }
        Invoke-LabStep -Config $Config -Body {
            if (-not $Config.InstallGo) { 'InstallGo is off: nothing to do'; return }
        }
    .EXAMPLE
        Invoke-LabStep -StepName 'Greeting' -Parameters @{ Name = 'WEB-01' } -Body { param($Name) "hello $Name" }
    .EXAMPLE
        Invoke-LabStep -Config '{ "nodes": ["DC-01", "SQL-01"] }' -Body { param($Lab) $Lab.nodes.Count }
    .OUTPUTS
        What the body writes.
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Invoke-LabStep.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/migration.md
    .LINK
        Initialize-StandardParameters
    .LINK
        Get-LabConfig
    .LINK
        about_LabRunner
    .LINK
        about_LabRunner_Isolation
    #>
    [CmdletBinding()]
    param(
        [Parameter(Position = 0)]
        [AllowNull()]
        [scriptblock] $Body,

        [Parameter(Position = 1)]
        [AllowNull()]
        [AllowEmptyString()]
        [object] $Config,

        [Alias('Name')]
        [string] $StepName,

        [AllowNull()]
        [System.Collections.IDictionary] $Parameters,

        [AllowNull()]
        [object] $Command
    )

    # --- the configuration
    if ($Config -is [string] -and $Config.Trim()) {
        $text = $Config.Trim()
        $file = $null
        if ($text[0] -notin '{', '[' -and $text.IndexOf("`n") -lt 0) {
            # Text that is not a valid path is passed on unchanged.
            try { $file = $PSCmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath($text) } catch { $file = $null }
        }
        if ($file -and [System.IO.File]::Exists($file)) {
            if ($file -match '\.json$') {
                try {
                    $Config = ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($file)) -ErrorAction Stop
                } catch {
                    $PSCmdlet.ThrowTerminatingError((New-LabError -Id MalformedJson -Message "The configuration '$file' cannot be read: $($_.Exception.Message)" -Advice 'Correct the file.' -Target $file -Category ParserError -Inner $_.Exception))
                }
            } else {
                $Config = LabRunner.Commands\Get-LabConfig -Path $file -Caller $PSCmdlet
            }
        } else {
            try { $Config = ConvertFrom-Json -InputObject $text -ErrorAction Stop } catch { $null = $_ }
        }
    }

    # --- what to run
    $work = $Body
    $positional = @()
    $named = @{}
    if ($null -eq $work -and $Command -is [scriptblock]) { $work = $Command }
    if ($null -ne $work) {
        if ($null -eq $Parameters) {
            $positional = @(, $Config)
        } else {
            foreach ($key in $Parameters.Keys) { $named["$key"] = $Parameters[$key] }
            $declared = @($work.Ast.ParamBlock.Parameters | ForEach-Object { $_.Name.VariablePath.UserPath })
            if ($declared -contains 'Config' -and -not $named.ContainsKey('Config')) { $named['Config'] = $Config }
        }
    } else {
        $name = if ($null -ne $Command) { "$Command" } else { $StepName }
        if (-not "$name".Trim()) {
            $PSCmdlet.ThrowTerminatingError((New-LabError -Id MissingWork -Message 'Invoke-LabStep has nothing to run.' -Advice 'Give it -Body { … }, or a -Command.'))
        }
        $found = Find-CallerCommand $PSCmdlet $name
        if ($found) {
            $work = $found
            if ($null -ne $Parameters) { foreach ($key in $Parameters.Keys) { $named["$key"] = $Parameters[$key] } }
            if ($null -ne $Config -and -not $named.ContainsKey('Config') -and $found.Parameters -and $found.Parameters.ContainsKey('Config')) { $named['Config'] = $Config }
        } elseif ($null -ne $Command) {
            # In the caller's session, as a body would be.
            $work = New-CallerBlock $PSCmdlet $name
            $positional = @(, $Config)
        } else {
            $PSCmdlet.ThrowTerminatingError((New-LabError -Id CommandNotFound -Message "The step '$name' has no body, and no command has its name." -Advice 'Give it -Body { … }, or load the command first.' -Target $name -Category ObjectNotFound))
        }
    }

    try {
        & $work @positional @named
    } catch {
        if ($env:LAB_CONSOLE_LEVEL -notin '0', 'SILENT' -and (Get-LabVerbosity) -ne 'silent') {
            Write-LabLog "ERROR: $(if ($StepName) { "${StepName}: " })$_" 'ERROR'
        }
        throw
    }
}
