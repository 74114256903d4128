# What users of parallel PowerShell complain about in public: every case must hold here. The cases are in tests/conformance.

BeforeDiscovery {
    . ([System.IO.Path]::Combine($PSScriptRoot, '../conformance/Cases.ps1'))
    $cases = foreach ($case in Get-ConformanceCase) { @{ Id = $case.Id; Expects = $case.Expects } }
    # Complaints that PowerShell itself gives no public way to answer.
    $needs = @{ PS24330 = 'NeedsEngineMember:Job.UsesResultsCollection'; PS24984 = 'NeedsEngineMember:ErrorRecord.PreserveInvocationInfoOnce' }
}

Describe 'Conformance' {
    BeforeAll {
        $before = $env:LABRUNNER_MODULE
        $env:LABRUNNER_MODULE = (Get-Module LabRunner).ModuleBase
        try { $results = @(& ([System.IO.Path]::Combine($PSScriptRoot, '../conformance/Get-Conformance.ps1')) -Runner LabRunner) } finally { $env:LABRUNNER_MODULE = $before }
    }

    It 'has a case for each complaint' {
        $results.Id | Sort-Object | Should -Be ('dbatools8964', 'Pester2773', 'PPP37', 'PPP48', 'PS12240', 'PS12804', 'PS13433', 'PS14984', 'PS15302', 'PS16507', 'PS17235', 'PS18848',
            'PS21549', 'PS24330', 'PS24984', 'PS26915', 'PS7530', 'TJ44', 'TJ45', 'TJ49', 'TJ59', 'TJ64' | Sort-Object)
    }

    foreach ($case in $cases) { It '<Id>: <Expects>' -Tag @($needs[$case.Id] | Where-Object { $_ }) -ForEach $case {
        $result = $results | Where-Object Id -EQ $Id
        "$($result.Verdict) $($result.Reason)".Trim() | Should -Be 'Pass'
    } }
}
