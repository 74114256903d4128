# What operations get from the caller: what is asked for, and what comes by itself.

Describe 'State that a run brings into its operations' {
    BeforeAll {
        $ErrorActionPreference = 'Continue'
        $module = Join-Path $TestDrive 'Tools.psm1'
        Set-Content $module 'function Get-Tool { "tool $script:n"; $script:n++ }; Export-ModuleMember -Function Get-Tool'
    }

    It 'brings variables by name and by value' {
        $server = 'SQL-01'
        $result = Invoke-ParallelLabRunner -Variables server @{ Name = 'a'; ScriptBlock = { "$server"; $server = 'changed' } }
        $result.Output | Should -Be 'SQL-01'
        $results = Invoke-ParallelLabRunner -Variables @{ Port = 1433; Server = 'SQL-02' } -MaxConcurrency 1 @(
            @{ Name = 'a'; ScriptBlock = { "$server $port"; $global:port = 0 } }
            @{ Name = 'b'; ScriptBlock = { "$server $port" }; Dependencies = 'a' })
        $results.Output | Should -Be 'SQL-02 1433', 'SQL-02 1433'
        (Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { "$server" } }).Output | Should -Be ''
        { Invoke-ParallelLabRunner -Variables noSuchVariable @{ Name = 'a'; ScriptBlock = { } } } | Should -Throw "*-Variables*'noSuchVariable'*"
        { Invoke-ParallelLabRunner -Variables @{ Block = { 1 } } @{ Name = 'a'; ScriptBlock = { } } } | Should -Throw "*'Block'*script block*"
    }

    It 'brings functions, whose errors name the line where they stand' {
        $file = Join-Path $TestDrive 'functions.ps1'
        Set-Content $file @'

function Get-Answer($Of) { "answer of $Of" }
function Stop-Badly {
    throw 'badly'
}
Invoke-ParallelLabRunner -ContinueOnError -Ordered -Functions Get-Answer, Stop-* -Operations @(
    @{ Name = 'a'; ScriptBlock = { Get-Answer life } }
    @{ Name = 'b'; ScriptBlock = { Stop-Badly } }
)
'@
        $results = & $file 2>$null
        $results[0].Output | Should -Be 'answer of life'
        $results[1].Error | Should -Be 'badly'
        $results[1].ErrorRecord.InvocationInfo.ScriptLineNumber | Should -Be 4
        $results[1].ErrorRecord.InvocationInfo.ScriptName | Should -Be $file
        (Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { "$(Get-Command Get-Answer -ErrorAction Ignore)" } }).Output | Should -Be ''
        { Invoke-ParallelLabRunner -Functions Get-Nothing @{ Name = 'a'; ScriptBlock = { } } } | Should -Throw "*-Functions*'Get-Nothing'*"
        $refused = { Invoke-ParallelLabRunner -Functions Get-Platform @{ Name = 'a'; ScriptBlock = { } } } | Should -Throw "*'Get-Platform'*'LabRunner'*" -PassThru
        $refused.ErrorDetails.RecommendedAction | Should -Be 'Use -Modules LabRunner.'
    }

    It 'brings modules by path, by name and as they are' {
        (Invoke-ParallelLabRunner -Modules $module @{ Name = 'a'; ScriptBlock = { Get-Tool } }).Output | Should -Be 'tool '
        Import-Module $module
        (Invoke-ParallelLabRunner -Modules Tools @{ Name = 'a'; ScriptBlock = { (Get-Command Get-Tool).Source } }).Output | Should -Be 'Tools'
        (Invoke-ParallelLabRunner -Modules (Get-Module Tools) @{ Name = 'a'; ScriptBlock = { (Get-Command Get-Tool).Source } }).Output | Should -Be 'Tools'
        Remove-Module Tools
        { Invoke-ParallelLabRunner -Modules NoSuchModule @{ Name = 'a'; ScriptBlock = { } } } | Should -Throw "*the module 'NoSuchModule'*" -ErrorId 'LabRunner.WorkerNotPrepared*'
    }

    It 'imports the module into many runspaces at once without losing one' {
        $operations = 1..24 | ForEach-Object { @{ Name = "o$_"; ScriptBlock = { Start-Sleep -Milliseconds 20; (Get-Command Get-Tool).Source } } }
        $results = Invoke-ParallelLabRunner $operations -Modules $module -MaxConcurrency 8
        $results.Output | Should -HaveCount 24
        $results.Success | Should -Not -Contain $false
    }

    It 'runs the initialization script once a runspace, with $using:' {
        $start = 41
        $results = Invoke-ParallelLabRunner -MaxConcurrency 1 -InitializationScript { $count = $using:start + 1; function Get-Count { $script:count } } -Operations @(
            @{ Name = 'a'; ScriptBlock = { Get-Count; $global:count = 0 } }
            @{ Name = 'b'; ScriptBlock = { Get-Count }; Dependencies = 'a' })
        $results.Output | Should -Be 42, 42
        { Invoke-ParallelLabRunner -InitializationScript { throw 'not today' } @{ Name = 'a'; ScriptBlock = { } } } | Should -Throw '*the initialization script: not today*line*'
    }

    It 'warns of an instance of a class, which is bound to its runspace' {
        $classes = [scriptblock]::Create('class Bound { [int] $X }; [NoRunspaceAffinity()] class Free { [int] $X }; [Bound]::new(); [Free]::new()')
        $bound, $free = & $classes
        $null = Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { ($using:bound).X } } -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -BeLike "*'a'*PowerShell class in*`$using:bound*NoRunspaceAffinity*"
        $null = Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { ($using:free).X } } -WarningVariable warned -WarningAction SilentlyContinue
        $warned | Should -BeNullOrEmpty
    }

    It 'hands preferences of the call on' {
        $block = { "$VerbosePreference $DebugPreference $ErrorActionPreference $WarningPreference $InformationPreference $ProgressPreference $ConfirmPreference" }
        $result = Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = $block } -Verbose -Debug -ErrorAction SilentlyContinue -WarningAction SilentlyContinue -InformationAction Continue -ProgressAction SilentlyContinue -Confirm:$false 4>$null 5>$null
        # What silences errors and warnings does so for the caller: operations write them, for their results.
        $result.Output | Should -Be 'Continue Continue Continue Continue Continue SilentlyContinue None'
    }
}

Describe 'Questions that an operation asks' {
    It 'fails at once: <_>' -ForEach @(
        'Read-Host name', 'Read-Host -AsSecureString', 'Get-Credential', '& { param([Parameter(Mandatory)] $Name) }', 'Write-Warning w -WarningAction Inquire',
        '$Host.UI.PromptForChoice("a", "b", @([System.Management.Automation.Host.ChoiceDescription]::new("&Yes")), 0)', '$Host.UI.RawUI.ReadKey()', 'pause',
        '& { [CmdletBinding(SupportsShouldProcess, ConfirmImpact = "High")] param() $PSCmdlet.ShouldProcess("x") }') {
        # Not at its limit: then it would be TimedOut.
        $result = Invoke-ParallelLabRunner @{ Name = 'asks'; Script = $_; Timeout = '60s' } 2>$null 3>$null
        $result.Status | Should -Be 'Failed'
        $result.ErrorRecord.FullyQualifiedErrorId | Should -BeLike 'LabRunner.PromptInParallel*'
    }

    It 'points at the line that asks: <_>' -Tag 'NeedsEngineMember:ErrorRecord.PreserveInvocationInfoOnce' -ForEach 'Read-Host name', '& { param([Parameter(Mandatory)] $Name) }' {
        $result = Invoke-ParallelLabRunner @{ Name = 'asks'; Script = $_; Timeout = '60s' } 2>$null 3>$null
        $result.ErrorRecord.InvocationInfo.ScriptLineNumber | Should -Be 1
    }

    It 'names the operation and what it asked for' {
        $result = Invoke-ParallelLabRunner @{ Name = 'asks'; ScriptBlock = { & { param([Parameter(Mandatory)] $ServerName) } } } 2>$null
        $result.Error | Should -Be "Operation 'asks' tried to prompt for 'ServerName'. Operations run non-interactively."
        $result = Invoke-ParallelLabRunner @{ Name = 'asks'; Isolation = 'Process'; ScriptBlock = { Read-Host name } } 2>$null
        $result.Error | Should -Be "Operation 'asks' tried to prompt for an answer. Operations run non-interactively."
    }

    It 'does not wait for a debugger' {
        $result = Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { Wait-Debugger }; Timeout = '60s' } 2>$null
        $result.Status | Should -Not -Be 'TimedOut'
        "$($result.ErrorRecord)$($result.Errors)" | Should -BeLike '*debugger is turned off*'
    }
}

Describe 'Programs that an operation calls' {
    It 'keeps output, error text and exit code apart' {
        $result = Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { sh -c 'echo out; echo err >&2; exit 3'; "code $LASTEXITCODE" } } 6>$null
        $result.Output | Should -Be 'out', 'code 3'
        $result.Status | Should -Be 'Succeeded'
        $result.Records | ForEach-Object { "$($_.Stream) $_" } | Should -Be 'Error err'
        $merged = Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { sh -c 'echo err >&2' 2>&1 } }
        "$($merged.Output)" | Should -Be 'err'
    }

    It 'lets a bad exit code end it where the caller wants that' {
        & {
            $PSNativeCommandUseErrorActionPreference = $true
            $ErrorActionPreference = 'Stop'
            (Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { sh -c 'exit 3'; 'after' } } 2>$null).Error
        } | Should -BeLike '*"sh" ended with non-zero exit code: 3*'
    }
}

Describe 'Display formats in operations' {
    BeforeAll {
        $formats = Join-Path $TestDrive 'Shown.format.ps1xml'
        Set-Content $formats @'
<Configuration><ViewDefinitions><View><Name>Shown</Name><ViewSelectedBy><TypeName>Lab.Shown</TypeName></ViewSelectedBy>
<CustomControl><CustomEntries><CustomEntry><CustomItem><Text>shown as a lab</Text></CustomItem></CustomEntry></CustomEntries></CustomControl></View></ViewDefinitions></Configuration>
'@
        Set-Content (Join-Path $TestDrive 'Shown.psm1') ''
        New-ModuleManifest -Path (Join-Path $TestDrive 'Shown.psd1') -RootModule Shown.psm1 -FormatsToProcess Shown.format.ps1xml
    }

    It 'are those of the console, in every worker' {
        $here = Get-Item $PSHOME | Select-Object -First 1 | Out-String -Width 100
        $operations = 1..6 | ForEach-Object { @{ Name = "o$_"; ScriptBlock = { Start-Sleep -Milliseconds 50; Get-Item $PSHOME | Out-String -Width 100 } } }
        $results = Invoke-ParallelLabRunner $operations -MaxConcurrency 6 -Isolation Runspace
        $results.Output | Select-Object -Unique | Should -Be $here
    }

    It 'can be added to by a module and by Update-FormatData, and keep the others' -ForEach 'Import-Module $args[0]', 'Update-FormatData -PrependPath $args[1]' {
        $script = "`$args = '$TestDrive/Shown.psd1', '$formats'; $_; [pscustomobject]@{ PSTypeName = 'Lab.Shown'; X = 1 } | Out-String; Get-Item / | Out-String"
        $here = Get-Item / | Out-String
        $results = Invoke-ParallelLabRunner (1..4 | ForEach-Object { @{ Name = "o$_"; Script = $script } }) -MaxConcurrency 2 -Isolation Runspace
        "$($results.Error)".Trim() | Should -BeNullOrEmpty
        foreach ($result in $results) {
            $result.Output[0].Trim() | Should -Be 'shown as a lab'
            $result.Output[1] | Should -Be $here
        }
        # Another runspace has nothing of it.
        (Invoke-ParallelLabRunner -Isolation Runspace @{ Name = 'a'; ScriptBlock = { [pscustomobject]@{ PSTypeName = 'Lab.Shown'; X = 1 } | Out-String } }).Output | Should -Not -Match 'shown as a lab'
    }
}

Describe 'Type extensions in operations' {
    It 'are those of the console, in every worker, and each has its own' {
        $operations = 1..4 | ForEach-Object { @{ Name = "o$_"; ScriptBlock = {
                    $before = @(Get-TypeData -TypeName Lab.Extended).Count
                    Update-TypeData -TypeName Lab.Extended -MemberName Twice -MemberType ScriptProperty -Value { 2 * $this.X }
                    Update-TypeData -TypeName System.IO.DirectoryInfo -MemberName LabMark -MemberType NoteProperty -Value marked
                    $before; ([pscustomobject]@{ PSTypeName = 'Lab.Extended'; X = 21 }).Twice; (Get-Item /).LabMark; (Get-Item /).BaseName; [datetime]::Now.DateTime.Length -gt 0; @(1, 2).Count
                } } }
        $results = Invoke-ParallelLabRunner $operations -Isolation Runspace -MaxConcurrency 2
        foreach ($result in $results) {
            $result.Error | Should -BeNullOrEmpty
            $result.Output | Should -Be 0, 42, 'marked', (Get-Item /).BaseName, $true, 2
        }
        (Get-Item /).LabMark | Should -BeNullOrEmpty
        (Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { @(Get-TypeData).Count } } -Isolation Runspace).Output | Should -BeGreaterThan 100
    }

    It 'says how to bring a function of the session that an operation does not find' {
        function New-LabInfrastructure { 'made' }
        Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { New-LabInfrastructure } }, @{ Name = 'b'; ScriptBlock = { New-NowhereAtAll } } -ContinueOnError -ErrorAction SilentlyContinue -ErrorVariable said | Out-Null
        ($said | Where-Object TargetObject -EQ 'New-LabInfrastructure').ErrorDetails.RecommendedAction |
            Should -Be "'New-LabInfrastructure' is a function of your session. Bring it into the operations with -Functions New-LabInfrastructure."
        ($said | Where-Object TargetObject -EQ 'New-NowhereAtAll').ErrorDetails.RecommendedAction | Should -BeNullOrEmpty
        (Invoke-ParallelLabRunner @{ Name = 'a'; ScriptBlock = { New-LabInfrastructure } } -Functions New-LabInfrastructure).Output | Should -Be 'made'
    }
}
