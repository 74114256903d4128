# Checking and planning a lab runs nothing of it, even if it was written to do harm: labs of tests/data/hostile leave a mark if any part of them is run.

BeforeDiscovery {
    $labs = Get-ChildItem -LiteralPath (Join-Path $PSScriptRoot '../data/hostile') -File | ForEach-Object { @{ Lab = $_.Name } }
}

Describe 'A lab that was written to do harm' {
    BeforeAll {
        $saved = $env:LAB_MARK, $env:LAB_PORT, $env:LABRUNNER_HOME
        $folder = Join-Path $TestDrive 'hostile'
        Copy-Item -LiteralPath (Join-Path $PSScriptRoot '../data/hostile') -Destination $folder -Recurse
        $env:LAB_MARK = Join-Path $TestDrive 'mark'
        $env:LABRUNNER_HOME = Join-Path $TestDrive 'home'
        # A connection is seen.
        $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $env:LAB_PORT = $listener.LocalEndpoint.Port
        # So is a question for a secret.
        function global:Get-Secret { param($Name) Set-Content -LiteralPath $env:LAB_MARK -Value "secret $Name" }
        Push-Location -LiteralPath $folder
        $files = (Get-ChildItem -Recurse -File -Force).FullName

        $readers = [ordered]@{
            'Test-LabConfiguration'         = { Test-LabConfiguration "./$Lab" }
            'Test-LabConfiguration -Strict' = { Test-LabConfiguration "./$Lab" -Strict -Format Text }
            'Get-LabConfig'                 = { Get-LabConfig "./$Lab" }
            'Get-LabPlan'                   = { Get-LabPlan "./$Lab" }
            'Get-LabPlan, shown'            = { Get-LabPlan "./$Lab" | Format-Table | Out-String }
            '-DryRun'                       = { Start-AdvancedLabOrchestration "./$Lab" -DryRun }
            '-WhatIf'                       = { Start-AdvancedLabOrchestration "./$Lab" -WhatIf }
            '-ValidationOnly'               = { Start-LabAutomation -ConfigPath "./$Lab" -ValidationOnly }
        }
    }

    AfterAll {
        Pop-Location
        $listener.Stop()
        Remove-Item -LiteralPath function:Get-Secret
        $env:LAB_MARK, $env:LAB_PORT, $env:LABRUNNER_HOME = $saved
    }

    BeforeEach { Remove-Item -LiteralPath $env:LAB_MARK -ErrorAction Ignore }

    It 'is not run by reading it: <Lab>' -ForEach $labs {
        foreach ($reader in $readers.GetEnumerator()) {
            # Most of them are refused, which is an error of the command.
            try { $null = . $reader.Value *>&1 } catch { $_.FullyQualifiedErrorId | Should -BeLike 'LabRunner.*' -Because $reader.Key }
            if (Test-Path -LiteralPath $env:LAB_MARK) { Get-Content -LiteralPath $env:LAB_MARK | Should -BeNullOrEmpty -Because "$($reader.Key) of $Lab ran it" }
            $listener.Pending() | Should -BeFalse -Because "$($reader.Key) of $Lab connected"
            (Get-ChildItem -Recurse -File -Force).FullName | Should -Be $files -Because "$($reader.Key) of $Lab wrote"
        }
    }

    It 'is seen when it is run' {
        # Otherwise the test above would prove nothing.
        $null = Start-AdvancedLabOrchestration ./scripts.yaml -Only script -RunAll 2> $null 3> $null
        $env:LAB_MARK | Should -Exist
    }

    It 'shows nothing of files that it has no business with' {
        $said = Test-LabConfiguration ./include-outside.yaml | ConvertTo-Json -Depth 6
        $said | Should -Not -Match 'root:|Permission is hereby'
        (Test-LabConfiguration ./include-outside.yaml).Valid | Should -BeFalse
    }

    It 'is refused where it is refused: <_>' -ForEach 'endless-expression.yaml', 'include-outside.yaml', 'objects.yaml', 'aliases.yaml', 'code.psd1' {
        (Test-LabConfiguration "./$_").Valid | Should -BeFalse
    }
}
