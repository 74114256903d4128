# Errors of operations go by the preference of the script that runs them, whatever the session's is.

Describe '<Name> goes by the caller''s error preference' -ForEach @(
    @{ Name = 'Invoke-ParallelLabRunner'; Call = { Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { throw 'no disk' } }, @{ Name = 'b'; ScriptBlock = { 'fine' } } -ContinueOnError }; Results = 2 }
    @{ Name = 'Invoke-ParallelLabRunner -Scripts'; Call = { Invoke-ParallelLabRunner -Scripts { throw 'no disk' }, { 'fine' } }; Results = 1 }
    @{ Name = 'Invoke-SequentialExecution'; Call = { Invoke-SequentialExecution @{ Name = 'a'; ScriptBlock = { throw 'no disk' } }, @{ Name = 'b'; ScriptBlock = { 'fine' } } -ContinueOnError }; Results = 2 }
    @{ Name = 'Start-LabAutomation'; Call = { Start-LabAutomation -Configuration @{ Operations = @{ Name = 'a'; ScriptBlock = { throw 'no disk' } } } }; Results = 1 }
    @{ Name = 'Start-AdvancedLabOrchestration'; Call = { Start-AdvancedLabOrchestration -ConfigurationPath $lab }; Results = 1 }
) {
    BeforeAll {
        $before = $global:ErrorActionPreference
        $lab = "$TestDrive/lab.yaml"
        Set-Content $lab 'name: x', 'operations:', '  - name: a', "    script: throw 'no disk'"
    }
    AfterAll { $global:ErrorActionPreference = $before }

    It 'keeps the results and writes the error where the session says Stop and the script Continue' {
        $global:ErrorActionPreference = 'Stop'
        $ErrorActionPreference = 'Continue'
        $all = @(& $Call 2>&1)
        @($all | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }).Count | Should -Be 1
        @($all | Where-Object { $_ -isnot [System.Management.Automation.ErrorRecord] }).Count | Should -Be $Results
    }

    It 'is silent where the script wants it so' {
        $global:ErrorActionPreference = 'Continue'
        $ErrorActionPreference = 'SilentlyContinue'
        $all = @(& $Call 2>&1)
        @($all | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }).Count | Should -Be 0
        $all.Count | Should -Be $Results
    }
}
