function New-LabOperation {
    <#
    .SYNOPSIS
        Makes an operation for Invoke-ParallelLabRunner and Get-LabPlan, from its parts or from a template.
    .DESCRIPTION
        Returns an object with the keys that were given. With -Template the operation has what the template has; -Values fill
        the {0}, {1} … of its name, and everything else that is given here comes before the template's. Parameters of both are
        joined.
    .PARAMETER Name
        The operation's name.
    .PARAMETER Template
        A template: of New-LabTemplate, or any dictionary or object with the keys of an operation.
    .PARAMETER Values
        What stands for {0}, {1} … in the name of the template.
    .PARAMETER ScriptBlock
        The script.
    .PARAMETER Path
        A script file or a command, in place of a script.
    .PARAMETER Command
        A program, in place of a script.
    .PARAMETER Arguments
        The program's arguments.
    .PARAMETER Parameters
        The script's parameters.
    .PARAMETER Id
        A second name for dependencies.
    .PARAMETER Type
        The type, such as Deploy; only Monitor has a meaning of its own.
    .PARAMETER Dependencies
        Names or ids of operations that must succeed first.
    .PARAMETER Priority
        1 (first) to 10 (last).
    .PARAMETER Timeout
        The limit of one attempt: minutes, a TimeSpan, or a text such as '30s'.
    .PARAMETER Estimate
        How long it is expected to take, in the same way.
    .PARAMETER RetryCount
        How often it is tried again.
    .PARAMETER RetryDelay
        The pause before that: seconds, a TimeSpan, or a text.
    .PARAMETER Resources
        What it books, such as @{ MemoryGB = 2 }.
    .PARAMETER Rollback
        The script that undoes it.
    .PARAMETER Inputs
        Patterns of the files that it reads: it runs when one of them has changed.
    .PARAMETER Outputs
        Patterns of the files that it makes: it runs when one of them is missing or has changed.
    .PARAMETER Test
        The script that says whether its work is done: it runs unless the last thing that this puts out is true.
    .PARAMETER HealthChecks
        How it is checked that it is well while the run goes on: hashtables, addresses or script blocks; see docs/health.md.
    .PARAMETER IgnoreChanges
        What may change without it running again: Block, Parameters or Dependencies.
    .EXAMPLE
        $operations = @(
            New-LabOperation -Name disk -ScriptBlock { 'disk' } -Timeout 30s
            New-LabOperation -Name vm -ScriptBlock { param($Memory) "vm with $Memory" } -Parameters @{ Memory = '4GB' } -Dependencies disk
        )
        Invoke-ParallelLabRunner $operations
    .EXAMPLE
        $template = New-LabTemplate -Name 'Deploy-WebServer-{0}' -ScriptBlock { param($Server, $Port) "${Server}:$Port" } -Parameters @{ Port = 80 }
        'WEB-01', 'WEB-02' | ForEach-Object { New-LabOperation -Template $template -Values $_ -Parameters @{ Server = $_ } } | Invoke-ParallelLabRunner
    .OUTPUTS
        LabRunner.LabOperation
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/New-LabOperation.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/operations.md
    .LINK
        New-LabTemplate
    .LINK
        Invoke-ParallelLabRunner
    .LINK
        Get-LabPlan
    .LINK
        about_LabRunner_Operations
    .LINK
        about_LabRunner_Providers
    #>
    [CmdletBinding(DefaultParameterSetName = 'Parts')]
    [OutputType('LabRunner.LabOperation')]
    param(
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'Parts')]
        [Parameter(ParameterSetName = 'Template')]
        [ValidateNotNullOrEmpty()]
        [string] $Name,

        [Parameter(Mandatory, ParameterSetName = 'Template')]
        [ValidateNotNull()]
        [object] $Template,

        [Parameter(ParameterSetName = 'Template')]
        [object[]] $Values = @(),

        [scriptblock] $ScriptBlock,

        [string] $Path,

        [string] $Command,

        [string[]] $Arguments,

        [System.Collections.IDictionary] $Parameters,

        [string] $Id,

        [ArgumentCompletions('Deploy', 'Configure', 'Validate', 'Cleanup', 'Monitor')]
        [string] $Type,

        [ArgumentCompleter({ [LabRunner.SessionOperationCompleter]::new().Complete($args) })]
        [string[]] $Dependencies,

        [ValidateRange(1, 10)]
        [int] $Priority,

        [object] $Timeout,

        [object] $Estimate,

        [ValidateRange(0, 1000)]
        [int] $RetryCount,

        [object] $RetryDelay,

        [System.Collections.IDictionary] $Resources,

        [scriptblock] $Rollback,

        [string[]] $Inputs,

        [string[]] $Outputs,

        [scriptblock] $Test,

        [ValidateSet('Block', 'Parameters', 'Dependencies')]
        [string[]] $IgnoreChanges,

        [object[]] $HealthChecks
    )

    $operation = [ordered]@{ PSTypeName = 'LabRunner.LabOperation' }
    if ($null -ne $Template) {
        if ($Template -is [System.Collections.IDictionary]) {
            foreach ($key in @($Template.Keys)) { $operation["$key"] = $Template[$key] }
        } else {
            foreach ($property in $Template.PSObject.Properties) { $operation[$property.Name] = $property.Value }
        }
        if (-not $Name -and -not $operation['Name']) {
            $PSCmdlet.ThrowTerminatingError([LabRunner.LabRunnerException]::new('LabRunner.MissingName', 'InvalidArgument', 'The template has no Name, and no -Name was given.', "Give the template one, such as 'Deploy-{0}', or add -Name.", $Template, $null).ErrorRecord)
        }
        if (-not $Name) {
            try {
                $operation['Name'] = "$($operation['Name'])" -f $Values
            } catch {
                $PSCmdlet.ThrowTerminatingError([LabRunner.LabRunnerException]::new('LabRunner.InvalidValue', 'InvalidArgument', "The name '$($operation['Name'])' of the template asks for more than the $($Values.Count) -Values that were given.", 'Give a value for each of {0}, {1} ….', $Template, $null).ErrorRecord)
            }
        }
    }

    # The parts that come before the template's; which part does the work is one question.
    $work = 'ScriptBlock', 'Path', 'Command'
    if ($work.Where({ $PSBoundParameters.ContainsKey($_) })) {
        foreach ($key in 'ScriptBlock', 'Script', 'Path', 'Command', 'Arguments') { $operation.Remove($key) }
    }
    foreach ($key in 'Name', 'Id', 'Type', 'ScriptBlock', 'Path', 'Command', 'Arguments', 'Dependencies', 'Priority', 'Timeout', 'Estimate', 'RetryCount', 'RetryDelay', 'Resources', 'Rollback', 'Inputs', 'Outputs', 'Test', 'IgnoreChanges', 'HealthChecks') {
        if ($PSBoundParameters.ContainsKey($key)) { $operation[$key] = $PSBoundParameters[$key] }
    }
    if ($PSBoundParameters.ContainsKey('Parameters')) {
        $joined = [ordered]@{}
        foreach ($given in $operation['Parameters'], $Parameters) {
            if ($given -is [System.Collections.IDictionary]) { foreach ($key in @($given.Keys)) { $joined["$key"] = $given[$key] } }
        }
        $operation['Parameters'] = $joined
    }
    [pscustomobject] $operation
}
