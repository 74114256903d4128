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

        It 'that are not there fail their operation only, under the isolation <_>' -ForEach 'Shared', 'Process' {
            $results = Invoke-ParallelLabRunner -Isolation $_ @{ Name = 'a'; Parameters = @{ A = 'secret://nowhere' }; ScriptBlock = { param($A) 'ran' } }, @{ Name = 'b'; ScriptBlock = { 'fine' } } -ContinueOnError 2>$null
            ($results | Where-Object Name -EQ 'a').Status | Should -Be 'Failed'
            ($results | Where-Object Name -EQ 'a').Error | Should -BeLike "*Get-SecureCredential has no secret 'nowhere'*no credential*"
            ($results | Where-Object Name -EQ 'b').Result | Should -Be 'fine'
        }

        It 'are not handed to programs' {
            { Invoke-ParallelLabRunner @{ Name = 'p'; Command = 'sh'; Arguments = '-c', 'secret://key' } } | Should -Throw -ErrorId 'LabRunner.NotAvailable*' -ExpectedMessage "*'p'*'key'*"
            $lab = New-Lab "name: p`noperations:`n  - { name: p, provider: process, command: sh, environment: { KEY: secret://key } }"
            { Start-AdvancedLabOrchestration $lab } | Should -Throw -ErrorId 'LabRunner.NotAvailable*' -ExpectedMessage "*'p'*'key'*"
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
