# The files that can be dot-sourced, each in a new session of a process that has no module.

BeforeDiscovery {
    $cases = @(
        @{ File = 'Get-Platform.ps1'; Code = 'Get-Platform'; Expected = @{ Windows = 'Windows' } }
        @{ File = 'Format-Config.ps1'; Code = '(Format-Config @{ Foo = 1 }) -replace "\s"'; Expected = '{"Foo":1}' }
        @{ File = 'Logger.ps1'; Code = '$env:LAB_LOG_DIR = $here; $null = Write-CustomLog "hello" 6>&1; $env:PESTER_RUN = "true"; Read-LoggedInput "Ask?" -DefaultValue "val" 6>$null; (Get-Content "$here/lab.log") -replace "^.{20}"'; Expected = 'val|INFO hello|INFO Nobody can be asked; the default is used for: Ask?' }
        @{ File = 'Logger.ps1'; Code = 'Set-StrictMode -Version Latest; $script:LogFilePath = "$here/my [1] ü.log"; $script:ConsoleLevel = -1; Write-CustomLog "quiet" 6>&1; Get-Content -LiteralPath "$here/my [1] ü.log" | ForEach-Object { $_ -replace "^.{20}" }'; Expected = 'INFO quiet' }
        @{ File = 'Menu.ps1'; Code = 'function Read-LoggedInput { "0002" }; Get-MenuSelection -Items "0001_a.ps1", "0002_b.ps1" 6>$null'; Expected = '0002_b.ps1' }
        @{ File = 'Expand-All.ps1'; Code = 'Set-Content "$here/a.txt" x; Compress-Archive "$here/a.txt" "$here/z.zip"; Expand-All -ZipFile "$here/z.zip" -Force 6>$null; Get-Content "$here/z/a.txt"'; Expected = 'x' }
        @{ File = 'Download-Archive.ps1'; Code = 'function Invoke-WebRequest { param($Uri, $OutFile, [switch] $UseBasicParsing) Set-Content $OutFile $Uri }; Invoke-ArchiveDownload "https://x/a" "$here/out"; Get-Content "$here/out"'; Expected = 'https://x/a' }
        @{ File = 'Download-Archive.ps1'; Code = 'Set-Content "$here/a.txt" x; Compress-Archive "$here/a.txt" "$here/z.zip"; $zip = "$here/z.zip"; function Invoke-WebRequest { param($Uri, $OutFile, [switch] $UseBasicParsing) Copy-Item $zip $OutFile }; Invoke-ArchiveDownload "https://x/a.zip" "$here/out" -Format zip; Get-Content "$here/out/a.txt"'; Expected = 'x' }
        @{ File = 'Network.ps1'; Code = 'function Invoke-WebRequest { param($Uri) "got $Uri" }; function npm { "npm $args" }; Invoke-LabWebRequest "https://x"; Invoke-LabNpm install -g y 6>$null'; Expected = 'got https://x|npm install -g y' }
        @{ File = 'Get-LabConfig.ps1'; Code = 'Set-Content "$here/c.json" "{ ""a"": 1, ""InfraRepoPath"": ""/infra"", ""Directories"": { ""Mine"": ""m"" } }"; $c = Get-LabConfig "$here/c.json"; $c.a; $c.Directories.InfraRepo; $c.Directories.Mine; Set-Content "$here/c.yaml" "name: y"; (Get-LabConfig -Path "$here/c.yaml").name; foreach ($bad in "none.json", "bad.json") { Set-Content "$here/bad.json" "{"; try { Get-LabConfig "$here/$bad" } catch { "$_" -replace ":? .*" } }'; Expected = '1|/infra|m|y|Config|Failed' }
        @{ File = 'ScriptTemplate.ps1'; Code = '$null -eq (Get-Module LabRunner); (Get-Command Invoke-LabStep).Parameters.ContainsKey("Body"); Invoke-LabStep -Config @{ Name = "n" } -Body { param($c) "body $($c.Name)" }; try { Invoke-LabStep -Body { throw "mine" } 6>$null } catch { "$_" }; & "$module/ScriptTemplate.ps1" -Config @{ a = 1 } -WhatIf 6>$null; "done"'; Expected = 'True|True|body n|mine|done' }
        @{ File = 'InvokeOpenTofuInstaller.ps1'; Code = 'Invoke-OpenTofuInstaller -OpenTofuVersion 1.2.3 -WhatIf 6>$null; try { Invoke-OpenTofuInstaller -CosignPath ./none 6>$null } catch { $_.FullyQualifiedErrorId }'; Expected = 'LabRunner.ProgramNotFound,Invoke-OpenTofuInstaller' }
    )
    foreach ($number in 0..($cases.Count - 1)) { $cases[$number].Number = $number }
}

BeforeAll { . "$PSScriptRoot/../Invoke-SamePowerShell.ps1" }

Describe 'The stand-alone file' -ForEach @{ Cases = $cases } {
    BeforeAll {
        $module = (Get-Module -Name LabRunner).ModuleBase
        $script = {
            param($Cases)
            foreach ($case in Import-Clixml $Cases) {
                "case $($case.Number)"
                $shell = [powershell]::Create()
                $null = $shell.AddScript("`$ProgressPreference = 'SilentlyContinue'; `$module = '$($case.Module)'; `$here = '$($case.Here)'; . '$($case.Module)/$($case.File)'; $($case.Code)")
                foreach ($value in $shell.Invoke()) { "$value" }
                foreach ($said in $shell.Streams.Error) { "error: $said" }
                $shell.Dispose()
                Remove-Item Env:LAB_LOG_DIR, Env:PESTER_RUN -ErrorAction Ignore
            }
        }
        $said = @{}
        $all = foreach ($case in $Cases) { @{ Number = $case.Number; Module = $module; Here = (New-Item -ItemType Directory "$TestDrive/$($case.Number)").FullName; File = $case.File; Code = $case.Code } }
        $all | Export-Clixml "$TestDrive/cases.xml"
        foreach ($line in Invoke-SamePowerShell -Command "& { $script } '$TestDrive/cases.xml'") {
            if ($line -match '^case (\d+)$') { $lines = $said[[int] $Matches[1]] = [System.Collections.Generic.List[string]]::new() } else { $lines.Add($line) }
        }
    }

    It '<File> works where there is no module (<Number>)' -ForEach $cases {
        if ($Expected -is [hashtable]) { $Expected = Get-Platform }
        ($said[$Number] | Where-Object { "$_" -notmatch '^What if' }) -join '|' | Should -Be $Expected
    }
}

Describe 'Resolve-ProjectPath.psm1' {
    It 'imports by itself' {
        $module = (Get-Module -Name LabRunner).ModuleBase
        Set-Content "$TestDrive/found.ps1" ''
        Invoke-SamePowerShell -Command "Import-Module '$module/Resolve-ProjectPath.psm1'; (Get-Command Resolve-ProjectPath).Source; Resolve-ProjectPath -Name found.ps1 -Root '$TestDrive'" |
            Should -Be @('Resolve-ProjectPath', (Join-Path $TestDrive 'found.ps1'))
    }
}
