# The folder that runs leave their files in: where it is, who may read it, and what happens when it cannot be written.

BeforeAll {
    $script:before = $env:LABRUNNER_HOME, $env:XDG_STATE_HOME
    $script:lab = Join-Path $TestDrive 'stored.yaml'
    Set-Content $lab "name: stored`noperations:`n  - { name: script, script: '1' }`n  - { name: program, command: pwd, dependencies: [script] }"
}

AfterAll { $env:LABRUNNER_HOME, $env:XDG_STATE_HOME = $before }

Describe 'The store of runs' -Skip:$IsWindows {
    BeforeEach { $env:LABRUNNER_HOME = $env:XDG_STATE_HOME = $null }

    It 'is where <Variable> says, also when that was set in the session' -ForEach @(
        @{ Variable = 'XDG_STATE_HOME'; Below = 'labrunner/runs' }
        @{ Variable = 'LABRUNNER_HOME'; Below = 'runs' }
    ) -Skip:$IsMacOS {
        $place = Join-Path $TestDrive $Variable
        Set-Item "env:$Variable" $place
        $null = Start-AdvancedLabOrchestration -ConfigurationPath $lab
        @(Get-ChildItem (Join-Path $place $Below) -Filter '*-stored-*') | Should -HaveCount 1
        (Get-LabStatus -LabName stored).Status | Should -Be 'Succeeded'
    }

    It 'is the user''s alone' {
        $env:LABRUNNER_HOME = Join-Path $TestDrive 'private'
        $null = Start-AdvancedLabOrchestration -ConfigurationPath $lab
        $all = @(Get-ChildItem $env:LABRUNNER_HOME -Recurse)
        $all.Count | Should -BeGreaterThan 5
        foreach ($item in $all) { "$($item.UnixFileMode)" | Should -Not -Match 'Group|Other' -Because $item.FullName }
    }

    It 'stops no run that it cannot be written for, and one warning says what is missing' {
        # A folder below a file cannot be made, by nobody.
        $file = Join-Path $TestDrive 'file'
        Set-Content $file x
        $env:LABRUNNER_HOME = $file
        $report = Start-AdvancedLabOrchestration -ConfigurationPath $lab -WarningVariable warnings -WarningAction SilentlyContinue
        $report.Results.Status | Should -Be @('Succeeded', 'Succeeded')
        @($warnings) | Should -HaveCount 1
        "$warnings" | Should -BeLike 'This run leaves no record, but is not affected.*LABRUNNER_HOME*'
    }
}
