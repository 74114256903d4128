# Every example in the help of a command runs, as it stands there, in a session of its own, without an error.
# What an example needs and a test must not use - the network, a program, a user's answer - is stood in for by functions of that session.

BeforeDiscovery {
    $folder = Resolve-Path -LiteralPath (Join-Path $PSScriptRoot '../../powershell/module/Public')
    $examples = foreach ($file in Get-ChildItem -LiteralPath $folder -Filter *.ps1) {
        $number = 0
        foreach ($match in [regex]::Matches([System.IO.File]::ReadAllText($file.FullName).ReplaceLineEndings("`n"), '(?ms)^    \.EXAMPLE\n(.*?)(?=^    \.[A-Z]+|^    #>)')) {
            # A remark follows after an empty line.
            @{ Command = $file.BaseName; Number = ++$number; Code = ($match.Groups[1].Value -split '\n\s*\n')[0] -replace '(?m)^        ' }
        }
    }
}

Describe 'The examples in the help' {
    BeforeAll {
        $module = (Get-Module -Name LabRunner).ModuleBase
        $before = $env:LABRUNNER_HOME, $env:LABRUNNER_CONFIG
        $env:LABRUNNER_CONFIG = Join-Path $TestDrive 'config.json'
        $null = New-Item -ItemType Directory -Path (Join-Path $TestDrive 'tools')
        Set-Content -LiteralPath (Join-Path $TestDrive 'tools/tool.txt') 'tool'
        $archive = Join-Path $TestDrive 'tools.zip'
        [System.IO.Compression.ZipFile]::CreateFromDirectory((Join-Path $TestDrive 'tools'), $archive)
        $stands = @'
function global:Invoke-WebRequest { [CmdletBinding()] param($Uri, $OutFile, [switch] $UseBasicParsing, [Parameter(ValueFromRemainingArguments)] $Rest) if ($OutFile) { Copy-Item -LiteralPath $archive -Destination $OutFile } else { [pscustomobject]@{ StatusCode = 200; Content = '' } } }
function global:Read-Host { '' }
function global:npm { "npm $args" }
'@
        function Invoke-Example([string] $Code) {
            $folder = New-Item -ItemType Directory -Path (Join-Path $TestDrive ([guid]::NewGuid()))
            $env:LABRUNNER_HOME = Join-Path $folder 'home'
            $runspace = [runspacefactory]::CreateRunspace()
            $runspace.Open()
            $shell = [powershell]::Create($runspace)
            try {
                $null = $shell.AddScript('param($module, $folder, $archive, $stands) Import-Module -Name $module; Set-Location -LiteralPath $folder; . ([scriptblock]::Create($stands))').AddArgument($module).AddArgument($folder.FullName).AddArgument($archive).AddArgument($stands).Invoke()
                $shell.Commands.Clear()
                $call = $shell.AddScript($Code).BeginInvoke()
                if (-not $call.AsyncWaitHandle.WaitOne(120000)) { throw 'The example did not end within two minutes.' }
                $null = $shell.EndInvoke($call)
                $shell.Streams.Error
            } finally {
                $shell.Dispose()
                $runspace.Dispose()
            }
        }
    }

    AfterAll { $env:LABRUNNER_HOME, $env:LABRUNNER_CONFIG = $before }

    It 'are there for each command' {
        foreach ($command in (Get-Module LabRunner).ExportedCommands.Keys) { (Get-Help -Name $command).examples.example | Should -Not -BeNullOrEmpty -Because $command }
    }

    It 'runs: <Command> <Number>' -ForEach $examples {
        Invoke-Example $Code | ForEach-Object { "$_" } | Should -BeNullOrEmpty -Because $Code
    }
}
