# What reaches the person at the console while operations run, and which operation it says it comes from.

Describe 'The name of the operation' {
    BeforeAll {
        $ErrorActionPreference = 'Continue'
        $nodes = 1..2 | ForEach-Object { @{ Name = "node-$_"; ScriptBlock = { throw 'disk full' } } }
    }

    AfterEach { Get-Job | Remove-Job -Force }

    It 'stands in the text of an error, and is its target where it has none' -Tag 'NeedsEngineMember:ErrorRecord.SetTargetObject()' {
        $null = Invoke-ParallelLabRunner -ContinueOnError -Operations @(
            @{ Name = 'node-1'; ScriptBlock = { throw 'disk full' } }
            @{ Name = 'node-2'; ScriptBlock = { Write-Error 'no lease'; Get-Item -LiteralPath /nope } }
        ) -ErrorVariable failures 2>$null
        $failures | ForEach-Object { "$_" } | Sort-Object | Should -Be '[node-1] disk full', '[node-2] Cannot find path ''/nope'' because it does not exist.', '[node-2] no lease'
        ($failures | Where-Object { "$_" -eq '[node-2] no lease' }).TargetObject | Should -Be 'node-2'
        ($failures | Where-Object { "$_" -eq '[node-2] no lease' }).CategoryInfo.TargetName | Should -Be 'node-2'
        ($failures | Where-Object { "$_" -like '*path*' }).TargetObject | Should -Be '/nope'
    }

    It 'leaves the exception, the id and the position of an error as they are' -Tag 'NeedsEngineMember:ErrorRecord.PreserveInvocationInfoOnce' {
        $file = Join-Path $TestDrive 'nodes.ps1'
        Set-Content $file "Invoke-ParallelLabRunner -ContinueOnError -Operations @(", "  @{ Name = 'a'; ScriptBlock = { throw 'disk full' } }", "  @{ Name = 'b'; ScriptBlock = { 1 } }", ')'
        $results = & $file -ErrorVariable ignored 2>&1
        $written = $results | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }
        $written.Exception.Message | Should -Be 'disk full'
        $written.FullyQualifiedErrorId | Should -Be 'disk full'
        $written.InvocationInfo.ScriptLineNumber | Should -Be 2
        ($results | Where-Object Name -EQ 'a').Error | Should -Be 'disk full'
    }

    It 'is not there when there is one operation' {
        $null = Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { Write-Warning w; throw 'disk full' } } -ErrorVariable failures -WarningVariable warnings 2>$null 3>$null
        "$failures" | Should -Be 'disk full'
        $warnings.Message | Should -Be 'w'
    }

    It 'stands in front of every line of a record' {
        $null = Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { Write-Warning "w1`nw2"; Write-Host "h1`nh2"; Write-Error "e1`ne2"; Write-Information "i1`ni2" } }, @{ Name = 'b'; ScriptBlock = { } } -WarningVariable warnings -ErrorVariable failures -InformationVariable information 2>$null 3>$null 6>$null
        $warnings.Message | Should -Be "[a] w1`n[a] w2"
        "$failures" | Should -Be "[a] e1`n[a] e2"
        "$($information[0])" | Should -Be "[a] h1`n[a] h2"
        "$($information[1])" | Should -Be "[a] i1`n[a] i2"
    }

    It 'leaves the data of Write-Information what it is' {
        $null = Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { Write-Information @{ Size = 3 } -Tags disk } }, @{ Name = 'b'; ScriptBlock = { } } -InformationVariable information
        $information.MessageData.Size | Should -Be 3
        $information.Tags | Should -Contain 'disk'
        $information.Operation | Should -Be 'a'
    }

    It 'stands in front of every line in Grouped mode too' {
        $lines = Invoke-ParallelLabRunner -OutputMode Grouped -MaxConcurrency 1 @{ Name = 'a'; ScriptBlock = { Write-Host one -NoNewline; Write-Host "+`ntwo" } }, @{ Name = 'b'; ScriptBlock = { Write-Host three -NoNewline } } 6>&1 | Where-Object { $_ -is [System.Management.Automation.InformationRecord] }
        -join ($lines.MessageData | ForEach-Object { $_.Message; if (-not $_.NoNewLine) { ';' } }) | Should -Be "[a] one+`n[a] two;[b] three;"
    }

    It 'stands in what a job gives, and in what its child jobs give' -Tag 'NeedsEngineMember:Job.UsesResultsCollection' {
        $job = Invoke-ParallelLabRunner -ContinueOnError -AsJob (1..2 | ForEach-Object { @{ Name = "node-$_"; ScriptBlock = { Write-Warning w; Write-Host h; throw 'disk full' } } })
        $null = Wait-Job $job
        Receive-Job $job.ChildJobs[1] -Keep *>&1 | Select-Object -First 3 | ForEach-Object { "$_" } | Should -Be '[node-2] w', '[node-2] h', '[node-2] disk full'
        Receive-Job $job *>&1 | Where-Object { $_ -isnot [LabRunner.LabOperationResult] } | ForEach-Object { "$_" } |
            Should -Be '[node-1] w', '[node-1] h', '[node-1] disk full', '[node-2] w', '[node-2] h', '[node-2] disk full'
    }

    It 'stands in front of the error of a program' {
        $null = Invoke-ParallelLabRunner @{ Name = 'n1'; Command = 'lab-no-such-program'; Dependencies = 'n2' }, @{ Name = 'n2'; ScriptBlock = { } } -ContinueOnError -ErrorVariable failures 2>$null
        "$failures" | Should -BeLike '`[n1`] *'
        $failures[0].TargetObject | Should -Be 'n1'
    }
}

Describe 'Errors that are silenced by <How>' -ForEach @(
    @{ How = '-ErrorAction SilentlyContinue'; Preference = 'Continue'; With = @{ ErrorAction = 'SilentlyContinue' } }
    @{ How = 'the preference SilentlyContinue'; Preference = 'SilentlyContinue'; With = @{} }
) {
    BeforeAll { $ErrorActionPreference = $Preference }

    It 'are not shown, and true all the same: <_>' -ForEach 'Shared', 'Process' {
        $global:Error.Clear()
        $all = @(Invoke-ParallelLabRunner @{ Name = 'a'; Isolation = $_; ScriptBlock = { Get-Item -LiteralPath /nope; 'on' } } -ErrorVariable failures @With 2>&1)
        $all | Should -HaveCount 1
        $all[0].Status | Should -Be 'Succeeded'
        $all[0].Output | Should -Be 'on'
        $all[0].HadErrors | Should -BeTrue
        "$($all[0].Errors)" | Should -BeLike '*/nope*'
        $all[0].Records.Stream | Should -Be 'Error'
        "$failures" | Should -BeLike '*/nope*'
        "$global:Error" | Should -BeLike '*/nope*'
    }

    It 'are so in a lab and in scripts' {
        $lab = "$TestDrive/silent.yaml"
        Set-Content -LiteralPath $lab 'name: x', 'operations:', '  - name: a', '    script: Get-Item -LiteralPath /nope'
        $report = Start-AdvancedLabOrchestration $lab -ErrorVariable failures @With
        $report.Results[0].HadErrors | Should -BeTrue
        "$failures" | Should -BeLike '*/nope*'
        $null = Invoke-ParallelLabRunner -Scripts { Get-Item -LiteralPath /nope } -ErrorVariable failures @With
        "$failures" | Should -BeLike '*/nope*'
    }
}

Describe 'What is silenced' {
    It 'is nowhere with -ErrorAction Ignore, as with any command' {
        $ErrorActionPreference = 'Continue'
        $global:Error.Clear()
        $result = Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { Get-Item -LiteralPath /nope; 'on' } } -ErrorVariable failures -ErrorAction Ignore
        $result.HadErrors | Should -BeFalse
        $failures | Should -BeNullOrEmpty
        $global:Error | Should -BeNullOrEmpty
    }

    It 'is in -WarningVariable and on the result when it is a warning' {
        $result = Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { Write-Warning w } } -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -Be 'w'
        $result.Warnings.Message | Should -Be 'w'
        (Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { Write-Warning w } } -WarningAction Ignore).Warnings | Should -BeNullOrEmpty
    }
}

Describe 'The place of an error in <Isolation>' -ForEach @{ Isolation = 'Shared' }, @{ Isolation = 'Runspace' }, @{ Isolation = 'Process' } {
    BeforeAll {
        $ErrorActionPreference = 'Continue'
        $file = Join-Path $TestDrive "place-$Isolation.ps1"
        $other = Join-Path $TestDrive 'other.ps1'
        Set-Content -LiteralPath $other 'param()', '', "Write-Error 'in a file'"
        Set-Content -LiteralPath $file @'
param($Isolation, $Other, $Transcript)
Invoke-ParallelLabRunner -ContinueOnError -Ordered -Isolation $Isolation -Operations @(
    @{ Name = 'writes'; Parameters = @{ Transcript = $Transcript }; ScriptBlock = { param($Transcript)
        $null = Start-Transcript -LiteralPath $Transcript
        Write-Error 'at the level of the block'
        Write-Warning 'a warning'
        Write-Verbose 'a message' -Verbose
        "$($MyInvocation.PositionMessage)$($MyInvocation.Line)"
        $null = Stop-Transcript
    } }
    @{ Name = 'stops'; ScriptBlock = {
        Write-Error 'that stops' -ErrorAction Stop } }
    @{ Name = 'command'; ScriptBlock = { [CmdletBinding()] param()
        $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([Exception]::new('by a command'), 'Id', 'NotSpecified', $null)) } }
    @{ Name = 'file'; Path = $Other }
)
'@
        $transcript = Join-Path $TestDrive "transcript-$Isolation.txt"
        $shown = & $file -Isolation $Isolation -Other $other -Transcript $transcript 2>&1 3>$null 4>$null
        $results = $shown | Where-Object { $_ -is [LabRunner.LabOperationResult] }
        $errors = $shown | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }
        function Get-Place([string] $Name) {
            $record = ($results | Where-Object Name -EQ $Name).Errors[0]
            "$([IO.Path]::GetFileName($record.InvocationInfo.ScriptName)):$($record.InvocationInfo.ScriptLineNumber) $($record.InvocationInfo.Line.Trim())"
        }
    }

    It 'is the line of Write-Error' -Tag 'NeedsEngineMember:ErrorRecord.SerializeExtendedInfo' {
        Get-Place writes | Should -Be "place-$Isolation.ps1:5 Write-Error 'at the level of the block'"
        ($results | Where-Object Name -EQ writes).Errors[0].InvocationInfo.PositionMessage | Should -BeLike "At *place-$Isolation.ps1:5 char:9*+         Write-Error 'at the level of the block'*~~~*"
    }

    It 'is it when the error ends the operation' -Tag 'NeedsEngineMember:ErrorRecord.SerializeExtendedInfo' { Get-Place stops | Should -BeLike "place-$Isolation.ps1:12 Write-Error 'that stops' -ErrorAction Stop*" }
    It 'is it when the block is a command of its own' -Tag 'NeedsEngineMember:ErrorRecord.SerializeExtendedInfo' { Get-Place command | Should -BeLike "place-$Isolation.ps1:14 `$PSCmdlet.WriteError(*" }
    It 'is the line of a script file' -Tag 'NeedsEngineMember:ErrorRecord.SerializeExtendedInfo' { Get-Place file | Should -Be "other.ps1:3 Write-Error 'in a file'" }
    It 'is what the console shows' -Tag 'NeedsEngineMember:ErrorRecord.PreserveInvocationInfoOnce' { $errors | Where-Object { "$_" -like '*level of the block' } | Out-String -Width 200 | Should -BeLike "*place-$Isolation.ps1*5 |*Write-Error 'at the level of the block'*" }

    It 'is all that the trace has, and no line of LabRunner''s own' -Tag 'NeedsEngineMember:ErrorRecord._scriptStackTrace' {
        ($results | Where-Object Name -EQ writes).Errors[0].ScriptStackTrace | Should -Be "at <ScriptBlock>, ${file}: line 5"
        ($results | Where-Object Name -EQ writes).Output | Should -Be ''
        $errors | ForEach-Object { $_ | Format-List -Force | Out-String -Width 500 } | Should -Not -BeLike '*$Lab*'
    }

    It 'is the line of Write-Warning as well' -Tag 'NeedsEngineMember:InformationalRecord.SetInvocationInfo()' -Skip:($Isolation -eq 'Process') {
        $warning = ($results | Where-Object Name -EQ writes).Warnings[0]
        "$([IO.Path]::GetFileName($warning.InvocationInfo.ScriptName)):$($warning.InvocationInfo.ScriptLineNumber)" | Should -Be "place-$Isolation.ps1:6"
    }

    It 'is not LabRunner''s in a transcript, which has warnings and verbose messages' -Tag 'NeedsEngineMember:PSHostUserInterface.TranscribeResult()' {
        $kept = Get-Content -LiteralPath $transcript
        $kept | Should -Contain 'WARNING: a warning'
        $kept | Should -Contain 'VERBOSE: a message'
        "$kept" | Should -BeLike '*at the level of the block*'
        "$kept" | Should -Not -BeLike '*$Lab*'
    }
}

Describe 'A script that does not exist' {
    It 'is an error of the run, not of a command that nobody knows' {
        $ErrorActionPreference = 'Continue'
        $null = Invoke-ParallelLabRunner @{ Name = 'a'; Path = './no-such.ps1' } -ErrorVariable failures 2>$null
        $failures[0].FullyQualifiedErrorId | Should -Be 'LabRunner.ScriptNotFound,Invoke-ParallelLabRunner'
        $failures[0] | Out-String | Should -Not -BeLike '*Stop-Lab*'
    }
}
