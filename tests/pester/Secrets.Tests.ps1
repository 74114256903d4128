# What a person sees whose lab refers to secrets.

Describe 'References to secrets' {
    BeforeAll {
        $userHome = $env:LABRUNNER_HOME
        $env:LABRUNNER_HOME = Join-Path $TestDrive 'home'
        $module = Join-Path $TestDrive 'SecureCredentials/SecureCredentials.psm1'
        $null = New-Item -ItemType Directory (Split-Path $module)
        Set-Content $module @'
function Get-SecureCredential {
    param([Parameter(Mandatory)] [string] $CredentialName)
    if ($env:LABRUNNER_ASKED) { Add-Content $env:LABRUNNER_ASKED $CredentialName }
    switch ($CredentialName) {
        'text' { 'hunter2-plain' }
        'key' { @{ CredentialName = 'key'; CredentialType = 'APIKey'; APIKey = 'k-123456' } }
        'lines' { "-----BEGIN KEY-----`nfour`nxyz`nand-a-longer-line" }
        'number' { '73519284' }
        'login' { @{ Username = 'admin'; Password = ConvertTo-SecureString 'p@ss-word' -AsPlainText -Force } }
        'credential' { [pscredential]::new('root', (ConvertTo-SecureString 't00r-t00r' -AsPlainText -Force)) }
        default { throw "no credential '$CredentialName'" }
    }
}
Export-ModuleMember Get-SecureCredential
'@
        function New-Lab([string] $Text) {
            $path = Join-Path $TestDrive 'secret.yaml'
            Set-Content $path $Text
            $path
        }
    }

    AfterAll { $env:LABRUNNER_HOME = $userHome }

    Context 'with SecureCredentials' {
        BeforeAll { Import-Module $module }
        AfterAll { Remove-Module SecureCredentials }

        It 'are looked up just before the operation that needs them' {
            $env:LABRUNNER_ASKED = Join-Path $TestDrive 'asked.txt'
            try {
                $lab = New-Lab @'
name: late
operations:
  - { name: first, script: "Test-Path $env:LABRUNNER_ASKED" }
  - name: second
    dependencies: [first]
    parameters: { Key: secret://key, Plain: not-a-secret }
    script: |
      param($Key, $Plain)
      "$($Key.Length) $Plain"
'@
                $null = Get-LabPlan $lab
                Test-Path $env:LABRUNNER_ASKED | Should -BeFalse -Because 'a plan needs no secret'
                $report = Start-AdvancedLabOrchestration $lab
                $report.Results[0].Result | Should -BeFalse
                $report.Results[1].Result | Should -Be '8 not-a-secret'
                Get-Content $env:LABRUNNER_ASKED | Should -Be 'key'
            } finally {
                $env:LABRUNNER_ASKED = $null
            }
        }

        It 'of several lines are masked line by line: each line of four characters or more, under the isolation <_>' -ForEach 'Shared', 'Process' {
            $result = Invoke-ParallelLabRunner -Isolation $_ @{ Name = 'lines'; Parameters = @{ M = 'secret://lines' }; ScriptBlock = { param($M) $M -split "`n"; Write-Warning ($M -split "`n")[3] } } -WarningVariable warned 3>$null
            $result.Output | Should -Be '********', '********', 'xyz', '********'
            "$warned" | Should -Be '********'
        }

        It 'reach the test of an operation as well' {
            $result = Invoke-ParallelLabRunner @{ Name = 'a'; Parameters = @{ K = 'secret://text' }; Test = { param([securestring] $K) $K.Length -ne 13 }; ScriptBlock = { param($K) $K.Length } }
            $result.UpToDate | Should -BeFalse
            $result.Output | Should -Be 13
        }

        It 'are masked where a number has the same text, alone, in lists and in tables' {
            $result = Invoke-ParallelLabRunner @{ Name = 'number'; Parameters = @{ N = 'secret://number' }; ScriptBlock = { param($N)
                    [int] $N; [long] $N; , [int[]] (1, $N, 3); @{ Pin = [int] $N; Other = 5 }; [pscustomobject] @{ Pin = [double] $N }; 42 } }
            $result.Output[0] | Should -Be '********'
            $result.Output[1] | Should -Be '********'
            $result.Output[2] | Should -Be 1, '********', 3
            $result.Output[3].Pin | Should -Be '********'
            $result.Output[3].Other | Should -Be 5
            $result.Output[4].Pin | Should -Be '********'
            $result.Output[5] | Should -Be 42
        }

        It 'of programs are masked line by line' {
            $result = Invoke-ParallelLabRunner @{ Name = 'p'; Command = 'sh'; Arguments = '-c', 'printf "%s\n" "$KEY"'; Env = @{ KEY = 'secret://lines' } }
            $result.Output | Should -Be '********', '********', 'xyz', '********'
        }

        It 'come as the script asks for them, under the isolation <_>' -ForEach 'Shared', 'Runspace', 'Process' {
            $results = Invoke-ParallelLabRunner -Isolation $_ @(
                @{ Name = 'text'; Parameters = @{ A = 'secret://text' }; ScriptBlock = { param([string] $A) $A.Length } }
                @{ Name = 'secure'; Parameters = @{ A = 'secret://text' }; ScriptBlock = { param([securestring] $A) $A.GetType().Name } }
                @{ Name = 'login'; Parameters = @{ A = 'secret://login' }; ScriptBlock = { param([pscredential] $A) "$($A.UserName) $($A.Password.Length)" } }
                @{ Name = 'nested'; Parameters = @{ A = @{ Deep = @('x', 'secret://credential') } }; ScriptBlock = { param($A) "$($A.Deep[1].UserName) $($A.Deep[0])" } }
                @{ Name = 'whole'; Parameters = @{ Key = 'secret://key'; Other = 1 }; ScriptBlock = { param($Config) "$($Config.Key.Length) $($Config.Other)" } }
            )
            ($results | Where-Object Name -EQ 'text').Result | Should -Be 13
            ($results | Where-Object Name -EQ 'secure').Result | Should -Be 'SecureString'
            ($results | Where-Object Name -EQ 'login').Result | Should -Be 'admin 9'
            ($results | Where-Object Name -EQ 'nested').Result | Should -Be 'root x'
            ($results | Where-Object Name -EQ 'whole').Result | Should -Be '8 1'
        }

        It 'are masked wherever text leaves, under the isolation <_>' -ForEach 'Shared', 'Runspace', 'Process' {
            $lab = New-Lab @'
name: masked
settings: { failure-strategy: continue }
operations:
  - name: talks
    parameters: { Key: secret://key, Login: secret://login }
    script: |
      param($Key, [pscredential] $Login)
      "output $Key"
      @{ Text = "table $Key" }
      [pscustomobject]@{ Text = "object $Key" }
      Write-Warning "warning $Key"
      Write-Verbose "verbose $Key" -Verbose
      Write-Host "host $Key"
      Write-Error "error $($Login.GetNetworkCredential().Password)"
  - name: fails
    parameters: { Key: secret://key }
    script: |
      param($Key)
      throw "failed with $Key"
'@
            $report = Start-AdvancedLabOrchestration $lab -Isolation $_ -ErrorVariable errors -WarningVariable warnings -InformationVariable shown *>&1 | Where-Object { $_ -is [LabRunner.LabOrchestrationReport] }
            $talks = $report.Results[0]
            $talks.Output[0] | Should -Be 'output ********'
            $talks.Output[1].Text | Should -Be 'table ********'
            $talks.Output[2].Text | Should -Be 'object ********'
            $talks.Warnings.Message | Should -Be 'warning ********'
            $talks.Errors[0].ToString() | Should -Be 'error ********'
            $report.Results[1].Error | Should -Be 'failed with ********'
            $text = @($talks.Records, $report.Results, $errors, $warnings, $shown, $report.Error | ForEach-Object { $_ | Format-List * -Force | Out-String; "$_" }) -join "`n"
            $text += ($talks.Records.Data | ForEach-Object { "$_ $($_.MessageData) $($_.Message)" }) -join "`n"
            $text | Should -Not -Match 'k-123456|p@ss-word'
            $text | Should -Match 'verbose \*{8}'
            $text | Should -Match 'host \*{8}'
            $files = Get-ChildItem $report.Summary.RunDirectory -Recurse -File | Get-Content -Raw
            "$files" | Should -Match 'failed with \*{8}' -Because 'the journal has the error'
            "$files" | Should -Not -Match 'k-123456|p@ss-word'
        }

        It 'are references in the copy of a lab, and a lab with the value of one is not copied' {
            $lab = New-Lab @'
name: copied
operations:
  - { name: a, parameters: { Key: secret://key }, script: "param($Key) throw 'no'" }
'@
            $report = Start-AdvancedLabOrchestration $lab -ErrorAction SilentlyContinue
            Get-Content (Join-Path $report.RunDirectory 'lab.json') -Raw | Should -BeLike '*secret://key*'
            (Resume-LabRun -Id $report.RunId -AsRecorded -WhatIf).Action | Should -Be 'Rerun'
            # The session knows it now.
            $lab = New-Lab @'
name: revealed
operations:
  - { name: a, script: "'k-123456'; throw 'no'" }
'@
            $report = Start-AdvancedLabOrchestration $lab -ErrorAction SilentlyContinue
            $fault = { Resume-LabRun -Id $report.RunId -AsRecorded -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.LabNotRecorded,Resume-LabRun' -PassThru
            "$fault" | Should -BeLike "*has no copy of its lab, because '*secret.yaml' has the value of a secret."
            Get-ChildItem $report.RunDirectory -Recurse -File | Select-String -SimpleMatch 'k-123456' -List | Should -BeNullOrEmpty
        }

        It 'are masked however deep they lie, and the script keeps what it wrote' {
            $operation = @{ Name = 'deep'; Parameters = @{ Key = 'secret://key' }; ScriptBlock = {
                    param($Key)
                    $tree = @{ List = @('plain', @{ Deep = [ordered]@{ First = 1; Secret = "x $Key" } }); Typed = [string[]] ("a $Key", 'b') }
                    $tree.Self = $tree
                    $tree
                    [pscustomobject]@{ PSTypeName = 'My.Type'; Inner = [pscustomobject]@{ Secret = $Key; Number = 7 } }
                    , @($Key, @(, @($Key)))
                    $list = [Collections.Generic.List[object]] @($Key, 5)
                    , $list
                    $map = [Collections.Generic.Dictionary[string, string]]::new(); $map['a'] = $Key
                    $map
                    @{ $Key = 'as a key' }
                    $tree.List[1].Deep.Secret.Length
                    Write-Information ([pscustomobject]@{ In = @{ Secret = $Key } })
                    Write-Error -Message 'target' -TargetObject @{ Secret = @($Key) }
                    Write-Error -Exception ([InvalidOperationException]::new('outer', [Exception]::new("inner $Key")))
                    'nothing' , 3 , @{ A = 1 }
                } }
            $result = Invoke-ParallelLabRunner $operation 2>$null
            $out = $result.Output
            $out[0].List[1].Deep.Secret | Should -Be 'x ********'
            $out[0].List[1].Deep | Should -BeOfType ([Collections.Specialized.OrderedDictionary])
            $out[0].Typed | Should -Be 'a ********', 'b'
            [object]::ReferenceEquals($out[0].Self, $out[0]) | Should -BeTrue -Because 'a cycle stays one'
            $out[1].Inner.Secret | Should -Be '********'
            $out[1].Inner.Number | Should -Be 7
            $out[1].PSTypeNames[0] | Should -Be 'My.Type'
            $out[2][1][0][0] | Should -Be '********'
            $out[3].GetType().Name | Should -BeLike 'List*'
            $out[3] | Should -Be '********', 5
            $out[4]['a'] | Should -Be '********'
            $out[5].Keys | Should -Be '********'
            $out[6] | Should -Be 10 -Because 'what the script has is not touched'
            $result.Records.Where({ $_.Stream -eq 'Information' }).Data.MessageData.In.Secret | Should -Be '********'
            $result.Errors[0].TargetObject.Secret | Should -Be '********'
            "$($result.Errors[1].Exception)" | Should -Not -Match 'k-123456'
            ($result.Output + $result.Errors + $result.Records | ForEach-Object { $_ | Out-String; $_ | ConvertTo-Json -Depth 4 -WarningAction Ignore 2>$null }) -join "`n" | Should -Not -Match 'k-123456'
        }

        It 'are masked in progress' {
            $seen = [powershell]::Create().AddScript({
                    param($Module, $Vault, $Gate)
                    Import-Module $Module, $Vault
                    Invoke-ParallelLabRunner @{ Name = 'p'; Parameters = @{ Key = 'secret://key' }; ScriptBlock = {
                            param($Key)
                            Write-Progress -Activity "activity $Key" -Status "status $Key" -CurrentOperation "now $Key"
                            $null = ($using:Gate).Wait(60000)
                        } } -ShowProgress -ProgressStyle Bar
                }).AddArgument((Get-Module LabRunner).ModuleBase).AddArgument($module)
            $gate = [System.Threading.ManualResetEventSlim]::new()
            $null = $seen.AddArgument($gate)
            # On a build server there are lines instead of bars.
            $ci = $env:CI
            $env:CI = ''
            try {
                $running = $seen.BeginInvoke()
                $null = [System.Threading.SpinWait]::SpinUntil({ @($seen.Streams.Progress | Where-Object StatusDescription -Like '*`**').Count -gt 0 }, 60000)
                $gate.Set()
                $null = $seen.EndInvoke($running)
                $text = ($seen.Streams.Progress | ForEach-Object { "$($_.Activity) $($_.StatusDescription) $($_.CurrentOperation)" }) -join "`n"
                $text | Should -Match '\*{8}'
                $text | Should -Not -Match 'k-123456'
            } finally {
                $env:CI = $ci
                $seen.Dispose()
            }
        }

        It 'that are not there fail their operation only, under the isolation <_>' -ForEach 'Shared', 'Process' {
            $results = Invoke-ParallelLabRunner -Isolation $_ @{ Name = 'a'; Parameters = @{ A = 'secret://nowhere' }; ScriptBlock = { param($A) 'ran' } }, @{ Name = 'b'; ScriptBlock = { 'fine' } } -ContinueOnError 2>$null
            ($results | Where-Object Name -EQ 'a').Status | Should -Be 'Failed'
            ($results | Where-Object Name -EQ 'a').Error | Should -BeLike "*Get-SecureCredential has no secret 'nowhere'*no credential*"
            ($results | Where-Object Name -EQ 'b').Result | Should -Be 'fine'
        }

        It 'reach a program through its environment and nothing else' {
            $lab = New-Lab @"
name: program
settings: { failure-strategy: continue }
operations:
  - name: tells
    provider: process
    command: sh
    arguments: [-c, 'echo "`$KEY"; echo "to `$PASSWORD" >&2; printf %s "`$KEY" | cksum; exit 3']
    environment: { KEY: secret://key, PASSWORD: secret://login }
"@
            Get-LabPlan $lab | Out-String -Width 300 | Should -Not -Match 'k-123456'
            $report = Start-AdvancedLabOrchestration $lab -ErrorVariable errors -WarningVariable warnings -InformationVariable shown *>&1 | Where-Object { $_ -is [LabRunner.LabOrchestrationReport] }
            $tells = $report.Results[0]
            $tells.Output[0] | Should -Be '********'
            $tells.Output[1] | Should -Be ((sh -c 'printf %s k-123456 | cksum') -join '') -Because 'the program has the value itself'
            $tells.Error | Should -Match 'to \*{8}' -Because 'the last line it wrote says why'
            $text = @($tells.Records, $report, $report.Results, $errors, $warnings, $shown | ForEach-Object { $_ | Format-List * -Force | Out-String; "$_" }) -join "`n"
            $text += ($tells.Records.Data | ForEach-Object { "$_ $($_.MessageData)" }) -join "`n"
            $text | Should -Not -Match 'k-123456|p@ss-word'
            $files = Get-ChildItem $report.Summary.RunDirectory -Recurse -File
            $files.Count | Should -BeGreaterThan 2 -Because 'there are the journal, the result and the log of the program'
            "$($files | Get-Content -Raw)" | Should -Not -Match 'k-123456|p@ss-word'
            "$($files | Get-Content -Raw)" | Should -Match '\*{8}'
        }

        It 'reach a program of Invoke-ParallelLabRunner, and one that undoes' {
            $undone = Join-Path $TestDrive 'undone.txt'
            $results = Invoke-ParallelLabRunner @(
                @{ Name = 'made'; Command = 'true'; Rollback = @{ Command = 'sh'; Arguments = '-c', "printf %s `"`$KEY`" > '$undone'"; Env = @{ KEY = 'secret://credential' } } }
                @{ Name = 'fails'; Command = 'false'; DependsOn = 'made' }
                @{ Name = 'got'; Command = 'sh'; Arguments = '-c', 'exit ${#KEY}'; SuccessCodes = 8; Env = @{ KEY = 'secret://key' } }
            ) -FailureStrategy Rollback 2>$null
            ($results | Where-Object Name -EQ 'made').RolledBack | Should -BeTrue
            Get-Content $undone | Should -Be 't00r-t00r'
        }

        It 'reach the programs of health checks and of what makes these known, though no operation uses them' {
            $folder = Join-Path $TestDrive 'health'
            $null = New-Item -ItemType Directory $folder
            $write = { param($File, $Variable) "[-c, 'printf %s `"`$$Variable`" > $folder/$File.new && mv $folder/$File.new $folder/$File; exit 1']" }
            $lab = New-Lab @"
name: checked
settings:
  health-monitoring: { no-progress: 50ms, notify: { command: sh, arguments: $(& $write run KEY), env: { KEY: secret://credential } } }
operations:
  - name: made
    script: '1'
    health-checks:
      - command: sh
        arguments: $(& $write asked KEY)
        env: { KEY: secret://key }
        retries: 1
        interval: 100ms
        notify: { command: sh, arguments: $(& $write known KEY), env: { KEY: secret://login } }
  - name: alone
    checks:
      - { command: sh, arguments: [-c, 'test "`$KEY" = hunter2-plain'], env: { KEY: secret://text } }
  - name: waits
    dependencies: [made]
    script: |
      `$until = [datetime]::UtcNow.AddMinutes(1)
      while (@(Get-ChildItem '$folder' | Where-Object Name -NotLike '*.new').Count -lt 3 -and [datetime]::UtcNow -lt `$until) { Start-Sleep -Milliseconds 20 }
"@
            $report = Start-AdvancedLabOrchestration $lab 3>$null
            $report.Results.Status | Should -Be @('Succeeded', 'Succeeded', 'Succeeded')
            'asked', 'known', 'run' | ForEach-Object { Get-Content -Raw (Join-Path $folder $_) } | Should -Be 'k-123456', 'p@ss-word', 't00r-t00r'
            "$(Get-ChildItem $report.Summary.RunDirectory -Recurse -File | Get-Content -Raw)" | Should -Not -Match 'k-123456|p@ss-word|t00r-t00r|hunter2'
        }

        It 'of a health check are found before anything starts' {
            $ran = Join-Path $TestDrive 'ran-checked.txt'
            $operation = { param($Check) @{ Name = 'a'; Command = 'touch'; Arguments = $ran; HealthChecks = $Check } }
            { Invoke-ParallelLabRunner (& $operation @{ Command = 'true'; Env = @{ X = 'secret://nowhere' } }) } |
                Should -Throw -ErrorId 'LabRunner.SecretNotFound*' -ExpectedMessage "*'nowhere'*no credential*"
            { Invoke-ParallelLabRunner (& $operation @{ Tcp = 'x:1'; Notify = @{ Command = 'sh'; Arguments = 'secret://key' } }) } |
                Should -Throw -ErrorId 'LabRunner.SecretOnCommandLine*' -ExpectedMessage "*'a'*'key'*list of processes*"
            Test-Path $ran | Should -BeFalse
        }

        It 'are refused among the arguments of a program, which everybody can read' {
            { Invoke-ParallelLabRunner @{ Name = 'p'; Command = 'sh'; Arguments = '-c', 'secret://key' } } |
                Should -Throw -ErrorId 'LabRunner.SecretOnCommandLine*' -ExpectedMessage "*'p'*'key'*list of processes*Use env*"
            $lab = New-Lab "name: p`noperations:`n  - { name: p, provider: process, command: sh, arguments: [secret://key] }"
            { Start-AdvancedLabOrchestration $lab -ErrorAction Stop } | Should -Throw -ErrorId 'LabRunner.SecretOnCommandLine*' -ExpectedMessage "*secret.yaml:3:*'p'*'key'*list of processes*"
        }

        It 'are what a program is given, and no object that hides one' {
            $secure = ConvertTo-SecureString 'x-y-z' -AsPlainText -Force
            foreach ($value in $secure, [pscredential]::new('u', $secure)) {
                { Invoke-ParallelLabRunner @{ Name = 'p'; Command = 'true'; Env = @{ KEY = $value } } } |
                    Should -Throw -ErrorId 'LabRunner.InvalidValue*' -ExpectedMessage "*'KEY'*'p'*$($value.GetType().Name)*"
            }
        }

        It 'that a program needs and that are not there start nothing' {
            $ran = Join-Path $TestDrive 'ran.txt'
            { Invoke-ParallelLabRunner @{ Name = 'a'; Command = 'touch'; Arguments = $ran }, @{ Name = 'b'; Command = 'true'; Env = @{ X = 'secret://nowhere' } } } |
                Should -Throw -ErrorId 'LabRunner.SecretNotFound*' -ExpectedMessage "*'nowhere'*no credential*"
            Test-Path $ran | Should -BeFalse
        }
    }

    It 'are looked up with Get-Secret where there is no SecureCredentials' {
        function global:Get-Secret([string] $Name) { "value of $Name" }
        try {
            (Invoke-ParallelLabRunner @{ Name = 'a'; Parameters = @{ A = 'secret://thing' }; ScriptBlock = { param($A) $A.Length } }).Result | Should -Be 14
        } finally {
            Remove-Item function:Get-Secret
        }
    }

    It 'are an error where neither is there' {
        { Invoke-ParallelLabRunner @{ Name = 'a'; Parameters = @{ A = 'secret://thing' }; ScriptBlock = { param($A) 'ran' } } } |
            Should -Throw -ErrorId 'LabRunner.NoSecretStore*' -ExpectedMessage "*'thing'*Get-SecureCredential*Get-Secret*"
    }
}
