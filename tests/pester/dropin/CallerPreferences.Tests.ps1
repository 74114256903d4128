# The preferences of the script that calls are honoured, whatever the session's are; and so is what the call itself says.

Describe '<Stream> messages go by the script that calls <Name>' -ForEach @(
    foreach ($stream in @(
            @{ Stream = 'Warning'; Variable = 'WarningPreference'; Write = "Write-Warning 'said'" }
            @{ Stream = 'Information'; Variable = 'InformationPreference'; Write = "Write-Information 'said'" }
            @{ Stream = 'Verbose'; Variable = 'VerbosePreference'; Write = "Write-Verbose 'said'" }
            @{ Stream = 'Debug'; Variable = 'DebugPreference'; Write = "Write-Debug 'said'" }
        )) {
        @{ Name = 'Invoke-ParallelLabRunner' } + $stream
        @{ Name = 'Invoke-SequentialExecution' } + $stream
        @{ Name = 'Start-LabAutomation' } + $stream
        @{ Name = 'Start-AdvancedLabOrchestration' } + $stream
    }
) {
    BeforeAll {
        $type = "System.Management.Automation.$($Stream)Record"
        $lab = "$TestDrive/$Name-$Stream.yaml"
        Set-Content $lab 'name: x', 'operations:', '  - name: a', "    script: $Write"
        $operations = @{ Name = 'a'; ScriptBlock = [scriptblock]::Create($Write) }
        function Get-Said([string] $Global, [string] $Local, [hashtable] $With = @{}) {
            $before = Get-Variable -Name $Variable -Scope Global -ValueOnly
            Set-Variable -Name $Variable -Scope Global -Value $Global
            try {
                Set-Variable -Name $Variable -Value $Local
                $all = switch ($Name) {
                    'Start-AdvancedLabOrchestration' { Start-AdvancedLabOrchestration -ConfigurationPath $lab @With *>&1 }
                    'Start-LabAutomation' { Start-LabAutomation -Configuration @{ Operations = $operations } @With *>&1 }
                    default { & $Name $operations @With *>&1 }
                }
                @($all | Where-Object { $_ -is $type -and "$_" -eq 'said' }).Count
            } finally {
                Set-Variable -Name $Variable -Scope Global -Value $before
            }
        }
    }

    It 'shows them where the script wants them and the session does not' { Get-Said -Global SilentlyContinue -Local Continue | Should -Be 1 }

    It 'is silent where the script wants it so and the session does not' {
        # Write-Information is silent on the screen then, and can be redirected all the same.
        Get-Said -Global Continue -Local SilentlyContinue | Should -Be ([int] ($Stream -eq 'Information'))
    }

    It 'goes by the call before both' {
        if ($Stream -in 'Verbose', 'Debug') {
            Get-Said -Global SilentlyContinue -Local SilentlyContinue -With @{ $Stream = $true } | Should -Be 1
            Get-Said -Global Continue -Local Continue -With @{ $Stream = $false } | Should -Be 0
        } else {
            Get-Said -Global SilentlyContinue -Local SilentlyContinue -With @{ "$($Stream)Action" = 'Continue' } | Should -Be 1
            Get-Said -Global Continue -Local Continue -With @{ "$($Stream)Action" = 'SilentlyContinue' } | Should -Be ([int] ($Stream -eq 'Information'))
            Get-Said -Global Continue -Local Continue -With @{ "$($Stream)Action" = 'Ignore' } | Should -Be 0
        }
    }
}

Describe '-ErrorAction <Action> of the call comes before the preference of the script' -ForEach @(
    @{ Action = 'SilentlyContinue'; Errors = 0 }
    @{ Action = 'Ignore'; Errors = 0 }
    @{ Action = 'Continue'; Errors = 1 }
) {
    It 'writes <Errors> errors and keeps all results under <_>' -ForEach 'Stop', 'Continue', 'SilentlyContinue' {
        $ErrorActionPreference = $_
        $all = @(Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { throw 'no disk' } }, @{ Name = 'b'; ScriptBlock = { 1 } } -ContinueOnError -ErrorAction $Action 2>&1)
        @($all | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }).Count | Should -Be $Errors
        @($all | Where-Object { $_ -is [LabRunner.LabOperationResult] }).Count | Should -Be 2
    }

    It 'keeps the error in $Error, but for Ignore' {
        $global:Error.Clear()
        $null = Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { throw 'no disk' } } -ErrorAction $Action 2>&1
        @($global:Error | Where-Object { "$_" -eq 'no disk' }).Count | Should -Be ([int] ($Action -ne 'Ignore'))
    }
}

Describe '-ErrorAction Stop' {
    It 'ends with one error that carries all results, whatever the script prefers' {
        $ErrorActionPreference = 'SilentlyContinue'
        try {
            Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { throw 'no disk' } }, @{ Name = 'b'; ScriptBlock = { 1 } } -ContinueOnError -ErrorAction Stop
            throw 'it went on'
        } catch {
            $_.FullyQualifiedErrorId | Should -BeLike 'LabRunner.RunFailed*'
            $_.TargetObject.Count | Should -Be 2
        }
    }
}

Describe 'Progress goes by the script that calls' {
    BeforeAll {
        function Get-Progress([string] $Global, [string] $Local, [string] $With) {
            # Without a console of its own a runspace gives its progress to whoever made it: bars, or lines in a build system.
            $shell = [powershell]::Create()
            $null = $shell.AddScript("Import-Module '$((Get-Module LabRunner).Path -replace '\.psm1$', '.psd1')'; `$global:ProgressPreference = '$Global'; & { `$ProgressPreference = '$Local'; `$null = Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { } } -ShowProgress $With }")
            $null = $shell.Invoke()
            $shell.HadErrors | Should -BeFalse
            $shell.Streams.Information.Count + $shell.Streams.Progress.Count
            $shell.Dispose()
        }
    }

    It 'is shown where the script wants it' { Get-Progress SilentlyContinue Continue | Should -BeGreaterThan 1 }
    It 'is not where it does not' { Get-Progress Continue SilentlyContinue | Should -Be 0 }
    It 'goes by the call before both' {
        Get-Progress Continue Continue '-ProgressAction SilentlyContinue' | Should -Be 0
        Get-Progress SilentlyContinue SilentlyContinue '-ProgressAction Continue' | Should -BeGreaterThan 1
    }
}

Describe 'What if' {
    BeforeAll {
        $seen = [System.Collections.Concurrent.ConcurrentBag[string]]::new()
        function Invoke-It([hashtable] $With) { Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { $bag = $using:seen; $bag.Add("$WhatIfPreference"); Remove-Item $using:victim } } @With }
    }
    BeforeEach { $seen.Clear(); $victim = "$TestDrive/victim.txt"; Set-Content $victim 'x' }

    It 'runs nothing with -WhatIf' {
        Invoke-It @{ WhatIf = $true } | Should -BeNullOrEmpty
        $seen.Count | Should -Be 0
        $victim | Should -Exist
    }

    It 'runs nothing where the script says so, and the session does not' {
        $WhatIfPreference = $true
        Invoke-It @{} | Should -BeNullOrEmpty
        $seen.Count | Should -Be 0
        $WhatIfPreference = $false
        $victim | Should -Exist
    }

    It 'is off in the operations too with -WhatIf:$false' {
        $WhatIfPreference = $true
        (Invoke-It @{ WhatIf = $false }).Success | Should -BeTrue
        $WhatIfPreference = $false
        $seen | Should -Be 'False'
        $victim | Should -Not -Exist
    }

    It 'reaches into operations that run as a rehearsal, and into runs inside of them' -ForEach 'Shared', 'Runspace', 'Process' {
        $result = Invoke-ParallelLabRunner -Isolation $_ -Variables @{ WhatIfPreference = $true } @{ Name = 'a'; ScriptBlock = {
                Remove-Item $using:victim
                "inner: $(@(Invoke-ParallelLabRunner @{ Name = 'in'; ScriptBlock = { 1 } }).Count)"
            } }
        $result.Error | Should -BeNullOrEmpty
        $result.Output | Should -Be 'inner: 0'
        $victim | Should -Exist
    }

    It 'does not keep a session from being put back' {
        $all = Invoke-ParallelLabRunner -Ordered -MaxConcurrency 1 -Variables @{ WhatIfPreference = $true } @(
            @{ Name = 'a'; ScriptBlock = { function global:Get-Left { 1 }; $global:left = 1; Write-CustomLog 'x' } }
            @{ Name = 'b'; ScriptBlock = { "$([bool] (Get-Command Get-Left -ErrorAction Ignore)) $left" }; Dependencies = 'a' }
        ) *>&1
        @($all | Where-Object { "$_" -like '*What if*' }).Count | Should -Be 0
        @($all | Where-Object { $_ -is [LabRunner.LabOperationResult] })[1].Output | Should -Be 'False '
    }
}

Describe 'A preference that asks' {
    It 'does not keep a session from being put back: $ConfirmPreference is <_>' -ForEach 'Low', 'Medium' {
        $results = Invoke-ParallelLabRunner -Ordered -MaxConcurrency 1 -Variables @{ ConfirmPreference = $_ } @(
            @{ Name = 'a'; ScriptBlock = { Set-Item -Path function:global:Get-Left -Value { 1 } -Confirm:$false; $global:left = 1; Set-Alias -Name left -Value Get-Item -Scope Global -Confirm:$false; "$ConfirmPreference" } }
            @{ Name = 'b'; ScriptBlock = { "$ConfirmPreference $([bool] (Get-Command -Name Get-Left, left -ErrorAction Ignore)) $left" }; Dependencies = 'a' }
        )
        $results.Success | Should -Be $true, $true
        $results[0].Output | Should -Be $_
        $results[1].Output | Should -Be "$_ False "
        # One that could not be put back would have cost the worker its session.
        $results.WorkerId | Select-Object -Unique | Should -HaveCount 1
    }

    It 'asks in operations as it does in the caller''s own console, where nobody can answer' {
        $result = Invoke-ParallelLabRunner -Variables @{ ConfirmPreference = 'Low' } @{ Name = 'a'; ScriptBlock = { Set-Alias -Name left -Value Get-Item } } -ErrorAction SilentlyContinue
        $result.ErrorRecord.FullyQualifiedErrorId | Should -BeLike '*LabRunner.PromptInParallel*'
    }
}

Describe 'A caller whom a preference stops' {
    BeforeAll {
        . "$PSScriptRoot/../Invoke-SamePowerShell.ps1"
        # One process for all of them, for it must be one whose console shows what is written.
        $script = {
            param($Module)
            Import-Module $Module
            $PSStyle.OutputRendering = 'PlainText'
            foreach ($write in 'Write-Warning', 'Write-Verbose', 'Write-Debug', 'Write-Information', 'Write-Host') {
                "case $write"
                & {
                    Set-Variable -Name ($write -eq 'Write-Host' ? 'InformationPreference' : $write.Replace('Write-', '') + 'Preference') -Value Stop
                    $operations = @{ Name = 'a'; Script = "'before'; $write said; 'after'" }, @{ Name = 'b'; ScriptBlock = { 'b' } }
                    $r = Invoke-ParallelLabRunner -Ordered -ContinueOnError -Operations $operations -ErrorAction SilentlyContinue
                    "result $($r[0].Status) $($r[0].ErrorRecord.Exception.GetType().Name) output $($r[0].Output) records $($r[0].Records.Stream) $($r[0].Records.Data) warnings $($r[0].Warnings.Count)"
                    "result $($r[1].Status) $($r[1].Output)"
                    try { & ([scriptblock]::Create("$write said")) } catch { "bare $($_.Exception.GetType().Name)" }
                }
            }
        }
        $cases = @{}
        foreach ($line in Invoke-SamePowerShell -Command "& { $script } '$((Get-Module LabRunner).ModuleBase)'") {
            if ($line -match '^case (.*)') { $lines = $cases[$Matches[1]] = [System.Collections.Generic.List[string]]::new() } else { $lines.Add($line) }
        }
    }

    It 'has the operation stopped that uses <Write>, sees what it wrote, and has all results' -ForEach @(
        @{ Write = 'Write-Warning'; Stream = 'Warning'; Shown = 'WARNING: [a] said' }
        @{ Write = 'Write-Verbose'; Stream = 'Verbose'; Shown = 'VERBOSE: [a] said' }
        @{ Write = 'Write-Debug'; Stream = 'Debug'; Shown = 'DEBUG: [a] said' }
        @{ Write = 'Write-Information'; Stream = 'Information'; Shown = '[a] said' }
        @{ Write = 'Write-Host'; Stream = 'Information'; Shown = '[a] said' }
    ) {
        $lines = $cases[$Write]
        $lines | Should -Contain $Shown
        $lines | Should -Contain "result Failed ActionPreferenceStopException output before records $Stream said warnings $([int] ($Stream -eq 'Warning'))"
        $lines | Should -Contain 'result Succeeded b'
        $lines | Should -Contain 'bare ActionPreferenceStopException'
    }
}

Describe 'A question in an operation under the isolation <_>' -ForEach 'Shared', 'Runspace', 'Process' {
    It 'ends it at once' {
        $result = Invoke-ParallelLabRunner -Isolation $_ @{ Name = 'a'; ScriptBlock = { Read-Host 'Who' }; Timeout = '60s' } -ErrorAction SilentlyContinue
        "$($result.Status)" | Should -Be 'Failed'
        $result.ErrorRecord.FullyQualifiedErrorId | Should -BeLike '*LabRunner.PromptInParallel*'
    }
}
