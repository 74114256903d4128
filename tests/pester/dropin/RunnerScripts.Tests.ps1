# The patterns of existing runner scripts, run as the runner runs them: & script -Config $hashtable *>&1, one after another in
# a process of their own.

BeforeDiscovery {
    $script:calls = @(
        @{ Name = 'Remove-Checkout'; Call = '& $script -Config @{ RepoUrl = "https://x/none.git"; LocalPath = "/nowhere" } *>&1'; Output = @() }
        @{ Name = 'Remove-Checkout'; Call = '& $script -Config ([pscustomobject] @{ RepoUrl = "https://x/none.git"; LocalPath = "/nowhere" }) *>&1'; Output = @() }
        @{ Name = 'Install-Tool'; Call = '& $script -Config @{ InstallTool = $false } *>&1'; Output = @() }
        @{ Name = 'Install-Tool'; Call = '@{ InstallTool = $false } | & $script *>&1'; Output = @() }
        @{ Name = 'Install-Tool'; Call = '& $script -Config @{ InstallTool = $true; Target = $env:LABRUNNER_HOME } *>&1; Get-Content $env:LABRUNNER_HOME/tool.txt'; Output = @('from https://example.com/tool.exe') }
        @{ Name = 'Set-Adapter'; Call = '& $script -Config @{ Enabled = $true } *>&1'; Output = @() }
        @{ Name = 'Set-Host'; Call = '& $script -Config @{ Name = "WEB-01" } *>&1'; Output = @('configured WEB-01') }
        @{ Name = 'Set-Host'; Call = '& $script -Config @{ Name = "WEB-01" } -WhatIf *>&1'; Output = @() }
        @{ Name = 'Get-Machine'; Call = '& $script -Config $null -AsJson -Auto -Verbosity detailed *>&1'; Output = @('{"Name":"machine","Platform":"<platform>","Auto":true}') }
        @{ Name = 'Get-Machine'; Call = '(& $script).Name'; Output = @('machine') }
        @{ Name = 'Install-Packages'; Call = '& $script -Config @{ Node_Dependencies = @{ Packages = "yarn", "vite" } } *>&1'; Output = @('npm install -g yarn', 'npm install -g vite') }
        @{ Name = 'Install-Packages'; Call = '& $script -Config @{ a = 1 } *>&1'; Output = @() }
        @{ Name = 'Install-Optional'; Call = '& $script -Config @{ Node_Dependencies = @{ InstallNpm = $true; NpmPath = "fe" } } *>&1'; Output = @('npm install --prefix fe') }
        @{ Name = 'Install-Optional'; Call = '& $script -Config ([pscustomobject] @{ Node_Dependencies = [pscustomobject] @{ InstallNpm = $true; NpmPath = "fe" } }) *>&1'; Output = @('npm install --prefix fe') }
        @{ Name = 'Install-Optional'; Call = '"{""Node_Dependencies"":{""InstallNpm"":true,""NpmPath"":""fe""}}" | Set-Content $env:LABRUNNER_HOME/nd.json; & $script -Config (Get-LabConfig $env:LABRUNNER_HOME/nd.json) *>&1'; Output = @('npm install --prefix fe') }
        @{ Name = 'Install-Optional'; Call = '(Invoke-ParallelLabRunner -Scripts @{ Path = $script; Config = Get-LabConfig $env:LABRUNNER_HOME/nd.json } -Functions npm 6>$null).Results.Result'; Output = @('npm install --prefix fe') }
        @{ Name = 'New-Folders'; Call = '& $script -Config @{ Directories = [pscustomobject] @{ One = "$env:LABRUNNER_HOME/one"; Two = "$env:LABRUNNER_HOME/t w o" } } *>&1; (Get-ChildItem $env:LABRUNNER_HOME -Directory -Filter "*o*").Name'; Output = @('one', 't w o') }
        @{ Name = 'Open-Ports'; Call = '& $script -Config @{ FirewallPorts = @() } *>&1'; Output = @('went on') }
    )
}

Describe 'Runner scripts' -ForEach @(, $calls) {
    BeforeAll {
        . "$PSScriptRoot/../Invoke-SamePowerShell.ps1"
        $calls = $_
        # A folder of modules as such a runner has it: LabRunner, as a copy, and Logging.
        $modules = (New-Item -ItemType Directory "$TestDrive/modules").FullName
        Copy-Item -Recurse -Path (Get-Module -Name LabRunner).ModuleBase -Destination "$modules/LabRunner"
        Copy-Item -Recurse -Path "$PSScriptRoot/../../data/modules/neighbours/Logging", "$PSScriptRoot/../../data/modules/neighbours/CallRecord.ps1" -Destination $modules
        $scripts = (Resolve-Path "$PSScriptRoot/../../data/runner-scripts").ProviderPath

        # Runs calls and tells of each what came: kinds of records, output, exit code, errors.
        function script:Invoke-Runner([System.Collections.IDictionary[]] $Calls) {
            $driver = "$TestDrive/driver.ps1"
            Set-Content -LiteralPath $driver -Value @"
`$ProgressPreference = 'SilentlyContinue'
`$env:PWSH_MODULES_PATH = '$modules'
`$env:LABRUNNER_HOME = '$TestDrive/home'
`$null = New-Item -ItemType Directory -Force `$env:LABRUNNER_HOME
function global:Invoke-WebRequest { param(`$Uri, `$OutFile, [switch] `$UseBasicParsing) Set-Content -LiteralPath `$OutFile -Value "from `$Uri" }
function global:npm { "npm `$args" }
`$seen = foreach (`$item in Get-Content -Raw '$TestDrive/calls.json' | ConvertFrom-Json) {
    `$script = "$scripts/`$(`$item.Name).ps1"
    `$ended = `$null
    `$Error.Clear()
    `$global:LASTEXITCODE = 0
    `$records = @(try { Invoke-Expression `$item.Call } catch { `$ended = "`$_" })
    @{
        Call = "`$(`$item.Name) `$(`$item.Call)"
        Kinds = @(`$records | Where-Object { `$null -ne `$_ } | ForEach-Object { `$_.GetType().Name } | Sort-Object -Unique)
        Output = @(`$records | Where-Object { `$_ -isnot [System.Management.Automation.InformationRecord] } | ForEach-Object { "`$_" })
        Exit = `$LASTEXITCODE
        Ended = `$ended
        Errors = @(`$Error | ForEach-Object { "`$_" })
    }
}
ConvertTo-Json -Compress -Depth 4 @(`$seen) | Set-Content -LiteralPath '$TestDrive/seen.json'
"@
            ConvertTo-Json -InputObject @($Calls | ForEach-Object { @{ Name = $_.Name; Call = $_.Call } }) | Set-Content -LiteralPath "$TestDrive/calls.json"
            $said = Invoke-SamePowerShell -File $driver *>&1
            if (-not (Test-Path "$TestDrive/seen.json")) { throw "The runner did not get to its end: $said" }
            Get-Content -Raw "$TestDrive/seen.json" | ConvertFrom-Json
        }
        $script:seen = Invoke-Runner (@($calls) + @(
            @{ Name = 'Open-Ports'; Call = '& $script -Config @{ FirewallPorts = 80 } *>&1' }
            @{ Name = 'Stop-Early'; Call = '& $script -Config $null *>&1' }
            ))
    }

    It '<Name> runs without a stray record: <Call>' -ForEach $calls {
        $one = $seen | Where-Object Call -EQ "$Name $Call"
        $one.Ended | Should -BeNullOrEmpty
        $one.Errors | Should -BeNullOrEmpty
        @($one.Kinds | Where-Object { $_ -notin 'InformationRecord', 'String', 'PSCustomObject' }) | Should -BeNullOrEmpty
        $one.Output | Should -Be @($Output | ForEach-Object { $_ -replace '<platform>', (Get-Platform) })
    }

    It 'pass on that a command is missing' {
        $one = $seen | Where-Object Call -Like 'Open-Ports *= 80*'
        $one.Ended | Should -Match 'New-NoSuchFirewallRule'
        $one.Output | Should -BeNullOrEmpty
    }

    It 'pass on their exit code' {
        $one = $seen | Where-Object Call -Like 'Stop-Early *'
        $one.Output | Should -Be 'before'
        $one.Exit | Should -Be 5
    }
}
