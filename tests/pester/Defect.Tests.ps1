# What a user sees when LabRunner itself has a defect: the command ends, says so, and the next run works.

Describe 'A defect of the scheduler' {
    It 'is one error that asks to be reported, after the results that were there' {
        $seen = [Collections.Generic.List[object]]::new()
        $operations = @(
            @{ Name = 'Before'; ScriptBlock = { 'before' } }
            @{
                Name         = 'Defective'
                Dependencies = 'Before'
                ScriptBlock  = {
                    $run = [LabRunner.Interop.LabCore]::Active() | Where-Object { $_.Operations.Name -contains 'Defective' }
                    [LabRunner.Interop.LabCore]::SelfCheckDefect($run.Run)
                }
            }
            @{ Name = 'After'; Dependencies = 'Defective'; ScriptBlock = { 'after' } }
        )
        $caught = $null
        try { Invoke-ParallelLabRunner -Operations $operations | ForEach-Object { $seen.Add($_) } }
        catch { $caught = $_ }
        $seen.Name | Should -Be 'Before'
        $caught.FullyQualifiedErrorId | Should -BeLike 'LabRunner.EngineFault*'
        $caught.Exception.Message | Should -BeLike '*operation 0 is Ended(Succeeded), where Activate must not happen*'
        $caught.ErrorDetails.RecommendedAction | Should -BeLike '*report it*'
        (Invoke-ParallelLabRunner -Operations @{ Name = 'Next'; ScriptBlock = { 'next' } }).Output | Should -Be 'next'
    }
}
