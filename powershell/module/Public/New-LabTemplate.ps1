function New-LabTemplate {
    <#
    .SYNOPSIS
        Makes a template that New-LabOperation makes operations of.
    .DESCRIPTION
        A template is an operation whose name has places for values: 'Deploy-WebServer-{0}'. Its parameters are the defaults
        of the parameters of its operations. Templates of lab files are written in the file, below 'templates:'.
    .PARAMETER Name
        The name of its operations, with {0}, {1} … for the -Values of New-LabOperation.
    .PARAMETER ScriptBlock
        The script.
    .PARAMETER Parameters
        Parameters that an operation has unless it says otherwise.
    .PARAMETER Type
        The type.
    .PARAMETER Priority
        1 (first) to 10 (last).
    .PARAMETER Timeout
        The limit of one attempt: minutes, a TimeSpan, or a text such as '30s'.
    .PARAMETER RetryCount
        How often an operation is tried again.
    .PARAMETER Dependencies
        Names or ids of operations that must succeed first.
    .PARAMETER Resources
        What an operation books, such as @{ MemoryGB = 2 }.
    .EXAMPLE
        $template = New-LabTemplate -Name 'Deploy-WebServer-{0}' -ScriptBlock { param($Server, $Port) "${Server}:$Port" } -Parameters @{ Port = 80 } -Timeout 10m
        New-LabOperation -Template $template -Values 'WEB-01' -Parameters @{ Server = 'WEB-01' } | Invoke-ParallelLabRunner | ForEach-Object Result
    .OUTPUTS
        LabRunner.LabTemplate
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/New-LabTemplate.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/operations.md
    .LINK
        New-LabOperation
    .LINK
        Invoke-ParallelLabRunner
    .LINK
        about_LabRunner_Operations
    #>
    [CmdletBinding()]
    [OutputType('LabRunner.LabTemplate')]
    param(
        [Parameter(Mandatory, Position = 0)]
        [ValidateNotNullOrEmpty()]
        [string] $Name,

        [Parameter(Mandatory, Position = 1)]
        [ValidateNotNull()]
        [scriptblock] $ScriptBlock,

        [System.Collections.IDictionary] $Parameters,

        [ArgumentCompletions('Deploy', 'Configure', 'Validate', 'Cleanup', 'Monitor')]
        [string] $Type,

        [ValidateRange(1, 10)]
        [int] $Priority,

        [object] $Timeout,

        [ValidateRange(0, 1000)]
        [int] $RetryCount,

        [string[]] $Dependencies,

        [System.Collections.IDictionary] $Resources
    )

    $template = [ordered]@{ PSTypeName = 'LabRunner.LabTemplate' }
    foreach ($key in 'Name', 'Type', 'ScriptBlock', 'Parameters', 'Dependencies', 'Priority', 'Timeout', 'RetryCount', 'Resources') {
        if ($PSBoundParameters.ContainsKey($key)) { $template[$key] = $PSBoundParameters[$key] }
    }
    [pscustomobject] $template
}
