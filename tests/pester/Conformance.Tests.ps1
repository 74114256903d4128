# What users of parallel PowerShell complain about in public: every case must hold here. The cases are in tests/conformance.

BeforeDiscovery {
    . ([System.IO.Path]::Combine($PSScriptRoot, '../conformance/Cases.ps1'))
    $cases = foreach ($case in Get-ConformanceCase) { @{ Id = $case.Id; Expects = $case.Expects } }
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

    It '<Id>: <Expects>' -ForEach $cases {
        $result = $results | Where-Object Id -EQ $Id
        "$($result.Verdict) $($result.Reason)".Trim() | Should -Be 'Pass'
    }
}
