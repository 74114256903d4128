function Compare-LabPlan {
    <#
    .SYNOPSIS
        Tells what differs between two plans.
    .DESCRIPTION
        Compares the plans of Get-LabPlan, or the ExecutionPlan of a report: operations that were added or removed, what has
        changed of the others - their scripts, parameters, dependencies, limits and so on - and how much longer or shorter
        the whole is expected to take.
    .PARAMETER ReferencePlan
        The plan that is compared with.
    .PARAMETER DifferencePlan
        The plan that is compared.
    .EXAMPLE
        $before = Get-LabPlan -Operations @{ Name = 'disk'; ScriptBlock = { 'disk' }; Estimate = '30s' }
        $after = Get-LabPlan -Operations @{ Name = 'disk'; ScriptBlock = { 'larger disk' }; Estimate = '50s' }, @{ Name = 'vm'; ScriptBlock = { 'vm' } }
        Compare-LabPlan $before $after
    .OUTPUTS
        LabRunner.LabPlanDifference
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/commands/Compare-LabPlan.md
    .LINK
        https://github.com/wizzense/LabRunner/blob/main/docs/plans.md
    .LINK
        Get-LabPlan
    .LINK
        about_LabRunner
    #>
    [CmdletBinding()]
    [OutputType('LabRunner.LabPlanDifference')]
    param(
        [Parameter(Mandatory, Position = 0)]
        [LabRunner.LabExecutionPlan] $ReferencePlan,

        [Parameter(Mandatory, Position = 1)]
        [LabRunner.LabExecutionPlan] $DifferencePlan
    )

    end { LabRunner.Commands\Compare-LabPlan @PSBoundParameters -Caller $PSCmdlet }
}
