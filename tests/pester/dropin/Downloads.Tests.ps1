# Downloads and archives: mocks reach in, nothing half-written stays.

Describe 'Invoke-LabWebRequest' {
    It 'uses the command the caller has under that name' {
        Mock Invoke-WebRequest { @{ StatusCode = 200 } }
        (Invoke-LabWebRequest -Uri 'https://example.com' -UseBasicParsing).StatusCode | Should -Be 200
        Should -Invoke Invoke-WebRequest -Times 1 -Exactly -ParameterFilter { $Uri -eq 'https://example.com' -and $UseBasicParsing }
    }

    It 'uses a mock inside the module' {
        Mock Invoke-WebRequest { 'inside' } -ModuleName LabRunner
        Invoke-LabWebRequest 'https://example.com' | Should -Be 'inside'
    }

    It 'lets a failure through as it is, and logs it' {
        Mock Invoke-WebRequest { throw 'Network error' }
        Mock Write-CustomLog { } -ModuleName LabRunner
        { Invoke-LabWebRequest -Uri 'https://invalid.com' } | Should -Throw 'Network error'
        Should -Invoke Write-CustomLog -ModuleName LabRunner -Times 1 -Exactly -ParameterFilter { $Message -like '*https://invalid.com*Network error*' }
    }

    It 'removes what a failed request left half-written, and leaves alone what it did not touch' {
        Mock Invoke-WebRequest { Set-Content -LiteralPath $OutFile -Value 'half'; throw 'cut off' }
        { Invoke-LabWebRequest 'https://x' -OutFile "$TestDrive/half.bin" 6>$null } | Should -Throw 'cut off'
        "$TestDrive/half.bin" | Should -Not -Exist
        Mock Invoke-WebRequest { throw 'no name' }
        Set-Content "$TestDrive/old.bin" 'old'
        { Invoke-LabWebRequest 'https://x' -OutFile "$TestDrive/old.bin" 6>$null } | Should -Throw 'no name'
        Get-Content "$TestDrive/old.bin" | Should -Be 'old'
    }

    It 'fails without a network in a sentence' {
        { Invoke-LabWebRequest 'http://127.0.0.1:9/x' 6>$null } | Should -Throw
        { Invoke-LabWebRequest -Uri '' } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
        { Invoke-LabWebRequest 'https://x' -OutFile 'nodrive:\x' } | Should -Throw -ErrorId 'LabRunner.FileUnreadable*'
    }
}

Describe 'Invoke-LabDownload' {
    It 'downloads, acts and cleans up, once each' {
        InModuleScope LabRunner {
            Mock Invoke-LabWebRequest { }
            Mock Start-Process { }
            Mock Remove-Item { }
            Invoke-LabDownload -Uri 'http://example.com/file.exe' -Prefix 'test' -Action { param($p) Start-Process $p -Wait } 6>$null
            Should -Invoke Invoke-LabWebRequest -Times 1 -Exactly
            Should -Invoke Start-Process -Times 1 -Exactly -ParameterFilter { "$FilePath" -match 'test_[0-9a-f-]{36}\.exe$' }
            Should -Invoke Remove-Item -Times 1 -Exactly
        }
    }

    It 'gives the action the file and the caller''s variables, and removes it afterwards' {
        Mock Invoke-WebRequest { Set-Content -LiteralPath $OutFile -Value "from $Uri" }
        $dest = 'mine'
        $seen = Invoke-LabDownload -Uri 'https://example.com/a.msi?x=1#y' -Prefix 'setup' -Extension 'exe' -Action { param($Path) $dest; $Path; Get-Content -LiteralPath $Path } 6>$null
        $seen[0] | Should -Be 'mine'
        $seen[1] | Should -Match 'setup_.*\.exe$'
        $seen[2] | Should -Be 'from https://example.com/a.msi?x=1#y'
        $seen[1] | Should -Not -Exist
        (Invoke-LabDownload -Uri 'https://example.com/a.msi?x=1.zip' -Action { param($p) $p } 6>$null) | Should -Match '\.msi$'
    }

    It 'removes the file when the action fails, and lets the error through' {
        Mock Invoke-WebRequest { Set-Content -LiteralPath $OutFile -Value 'x' }
        $script:path = $null
        { Invoke-LabDownload 'https://x/a.zip' { param($p) $script:path = $p; throw 'not today' } 6>$null } | Should -Throw 'not today'
        $script:path | Should -Not -BeNullOrEmpty
        $script:path | Should -Not -Exist
    }

    It 'keeps the file under -OutputPath, whole or not at all, whatever its name' {
        Mock Invoke-WebRequest { Set-Content -LiteralPath $OutFile -Value 'new' }
        Push-Location $TestDrive
        try { Invoke-LabDownload -Url 'https://x/file.zip' -OutputPath 'ä [1] b.zip' 6>$null } finally { Pop-Location }
        Get-Content -LiteralPath "$TestDrive/ä [1] b.zip" | Should -Be 'new'
        Mock Invoke-WebRequest { Set-Content -LiteralPath $OutFile -Value 'half'; throw 'cut off' }
        { Invoke-LabDownload -Url 'https://x/file.zip' -OutputPath "$TestDrive/ä [1] b.zip" 6>$null } | Should -Throw 'cut off'
        Get-Content -LiteralPath "$TestDrive/ä [1] b.zip" | Should -Be 'new'
        @(Get-ChildItem -LiteralPath $TestDrive -Filter 'download_*').Count | Should -Be 0
    }

    It 'refuses what it cannot do, by name' {
        { Invoke-LabDownload -Uri 'https://x/a' } | Should -Throw -ErrorId 'LabRunner.MissingWork*'
        { Invoke-LabDownload -Uri 'https://x/a' -Prefix 'a/b' -Action { } } | Should -Throw -ErrorId 'LabRunner.InvalidValue*'
        { Invoke-LabDownload -Uri 'https://x/a' -OutputPath "$TestDrive/none/a" } | Should -Throw -ErrorId 'LabRunner.FileUnreadable*' -ExpectedMessage '*none*'
        { Invoke-LabDownload -Uri 'https://x/a' -OutputPath $TestDrive } | Should -Throw -ErrorId 'LabRunner.InvalidValue*'
    }
}

Describe 'Invoke-ArchiveDownload' {
    BeforeAll {
        # A mock needs a command to stand for.
        function global:gh { }
        New-Item -ItemType Directory "$TestDrive/source/sub" | Out-Null
        Set-Content "$TestDrive/source/a.txt" 'a'
        Set-Content "$TestDrive/source/sub/b.txt" 'b'
        Compress-Archive -Path "$TestDrive/source/*" -DestinationPath "$TestDrive/good.zip"
        [System.Formats.Tar.TarFile]::CreateFromDirectory("$TestDrive/source", "$TestDrive/good.tar", $false)
        $to = [System.IO.Compression.GZipStream]::new([System.IO.File]::Create("$TestDrive/good.tgz"), [System.IO.Compression.CompressionMode]::Compress)
        [System.Formats.Tar.TarFile]::CreateFromDirectory("$TestDrive/source", $to, $false)
        $to.Dispose()
        Set-Content "$TestDrive/bad.zip" 'no archive'
        # An entry that wants out of its folder.
        $evil = [System.IO.Compression.ZipFile]::Open("$TestDrive/evil.zip", 'Create')
        $evil.CreateEntry('../escaped.txt').Open().Dispose()
        $evil.Dispose()
    }

    BeforeEach {
        Mock gh { } -ModuleName LabRunner
        Mock Write-Host { } -ModuleName LabRunner
    }

    AfterAll { Remove-Item Function:gh -ErrorAction Ignore }

    It 'uses gh with -UseGh, and the web without' {
        Mock Invoke-WebRequest { } -ModuleName LabRunner
        Invoke-ArchiveDownload 'url' "$TestDrive/dest" -UseGh
        Should -Invoke gh -ModuleName LabRunner -Times 1 -Exactly
        Should -Invoke Invoke-WebRequest -ModuleName LabRunner -Times 0
        Invoke-ArchiveDownload 'url' "$TestDrive/dest"
        Should -Invoke Invoke-WebRequest -ModuleName LabRunner -Times 1 -Exactly
    }

    It 'throws for what is required only' {
        Mock gh { throw 'fail' } -ModuleName LabRunner
        Mock Invoke-WebRequest { throw 'fail' } -ModuleName LabRunner
        { Invoke-ArchiveDownload 'url' "$TestDrive/dest" -Required -UseGh } | Should -Throw -ErrorId 'LabRunner.DownloadFailed*'
        { Invoke-ArchiveDownload 'url' "$TestDrive/dest" -Required } | Should -Throw -ErrorId 'LabRunner.DownloadFailed*'
        { Invoke-ArchiveDownload 'url' "$TestDrive/dest" } | Should -Not -Throw
        Should -Invoke Write-Host -ModuleName LabRunner -ParameterFilter { $Object -like 'Failed to download dest*fail*' }
    }

    It 'believes the exit code of gh' {
        Mock gh { $global:LASTEXITCODE = 4 } -ModuleName LabRunner
        { Invoke-ArchiveDownload 'url' "$TestDrive/dest" -Required -UseGh } | Should -Throw -ExpectedMessage '*exit code 4*'
    }

    It 'extracts <_>' -ForEach 'zip', 'tar', 'tgz' {
        $format = $_
        Mock Invoke-WebRequest { Copy-Item "$TestDrive/good.$format" $OutFile } -ModuleName LabRunner
        Invoke-ArchiveDownload -Url "https://x/good.$format" -Destination "$TestDrive/out $format" -Format $format
        Get-Content "$TestDrive/out $format/sub/b.txt" | Should -Be 'b'
        Invoke-ArchiveDownload -Url "https://x/good.$format" -Destination "$TestDrive/out $format" -Format $format
    }

    It 'writes nothing for an archive that is broken or wants out: <_>' -ForEach 'bad', 'evil' {
        $file = $_
        Mock Invoke-WebRequest { Copy-Item "$TestDrive/$file.zip" $OutFile } -ModuleName LabRunner
        { Invoke-ArchiveDownload "https://x/$file.zip" "$TestDrive/into-$file" -Format zip } | Should -Throw -ErrorId 'LabRunner.ArchiveUnreadable*'
        "$TestDrive/into-$file" | Should -Not -Exist
        "$TestDrive/escaped.txt" | Should -Not -Exist
    }
}

Describe 'Expand-All' {
    BeforeAll {
        function script:New-Zip([string] $Path, [string] $Text) {
            $zip = [System.IO.Compression.ZipFile]::Open($Path, 'Create')
            $writer = [System.IO.StreamWriter]::new($zip.CreateEntry('inside.txt').Open())
            $writer.Write($Text); $writer.Dispose(); $zip.Dispose()
        }
    }

    BeforeEach {
        Mock Write-CustomLog { } -ModuleName LabRunner
        Mock Read-LoggedInput { 'y' } -ModuleName LabRunner
    }

    It 'expands the archive it is given beside it' {
        Mock Expand-Archive { } -ModuleName LabRunner
        Set-Content "$TestDrive/archive.zip" ''
        Expand-All -ZipFile "$TestDrive/archive.zip"
        Should -Invoke Expand-Archive -ModuleName LabRunner -Times 1 -Exactly -ParameterFilter { $Path -eq (Join-Path $TestDrive 'archive.zip') -and $DestinationPath -eq (Join-Path $TestDrive 'archive') }
    }

    It 'expands all archives below the current folder' {
        Mock Expand-Archive { } -ModuleName LabRunner
        Mock Get-ChildItem { [pscustomobject]@{ FullName = '/x/a.zip'; DirectoryName = '/x'; BaseName = 'a' }, [pscustomobject]@{ FullName = '/x/s/b.zip'; DirectoryName = '/x/s'; BaseName = 'b' } } -ModuleName LabRunner -ParameterFilter { $Recurse -and $Filter -eq '*.zip' }
        Expand-All
        Should -Invoke Expand-Archive -ModuleName LabRunner -Times 1 -Exactly -ParameterFilter { $Path -eq '/x/a.zip' -and $DestinationPath -eq '/x/a' }
        Should -Invoke Expand-Archive -ModuleName LabRunner -Times 1 -Exactly -ParameterFilter { $Path -eq '/x/s/b.zip' }
    }

    It 'says that a file is not there, and that it was canceled' {
        Mock Expand-Archive { } -ModuleName LabRunner
        Expand-All -ZipFile "$TestDrive/missing.zip"
        Should -Invoke Write-CustomLog -ModuleName LabRunner -Times 1 -Exactly -ParameterFilter { $Message -like '*does not exist*' }
        Mock Read-LoggedInput { 'n' } -ModuleName LabRunner
        Set-Content "$TestDrive/declined.zip" ''
        Expand-All -ZipFile "$TestDrive/declined.zip"
        Should -Invoke Write-CustomLog -ModuleName LabRunner -Times 1 -Exactly -ParameterFilter { $Message -eq 'Operation canceled.' }
        Should -Invoke Expand-Archive -ModuleName LabRunner -Times 0
    }

    It 'expands really, also names with brackets, and goes on after a broken one' {
        $folder = New-Item -ItemType Directory "$TestDrive/real"
        New-Zip "$folder/a [1] ü.zip" 'first'
        New-Zip "$folder/z.zip" 'last'
        Set-Content "$folder/broken.zip" 'no archive'
        Push-Location $folder
        try { Expand-All -Force -ErrorVariable faults -ErrorAction SilentlyContinue } finally { Pop-Location }
        Get-Content -LiteralPath "$folder/a [1] ü/inside.txt" | Should -Be 'first'
        Get-Content "$folder/z/inside.txt" | Should -Be 'last'
        @($faults | Where-Object { "$_" -match 'broken\.zip' -and $_.FullyQualifiedErrorId -like 'LabRunner.ArchiveUnreadable*' }).Count | Should -Be 1
        "$folder/broken" | Should -Not -Exist
        @(Get-ChildItem $folder -Force).Count | Should -Be 5
    }

    It 'leaves what is there, and writes nothing of an archive that wants out' {
        $folder = New-Item -ItemType Directory "$TestDrive/merged"
        New-Zip "$folder/both.zip" 'new'
        $null = New-Item -ItemType Directory "$folder/both"
        Set-Content "$folder/both/inside.txt" 'old'
        Set-Content "$folder/both/mine.txt" 'mine'
        Expand-All -ZipFile "$folder/both.zip" -Force
        Get-Content "$folder/both/inside.txt" | Should -Be 'new'
        Get-Content "$folder/both/mine.txt" | Should -Be 'mine'
        $zip = [System.IO.Compression.ZipFile]::Open("$folder/evil.zip", 'Create')
        foreach ($name in 'fine.txt', '../escaped.txt') { $zip.CreateEntry($name).Open().Dispose() }
        $zip.Dispose()
        Expand-All -ZipFile "$folder/evil.zip" -Force -ErrorVariable faults -ErrorAction SilentlyContinue
        "$($faults[0])" | Should -BeLike "*evil.zip' is not unpacked, because the name '../escaped.txt' leads out of the target*"
        "$folder/evil", "$folder/escaped.txt" | Should -Not -Exist
    }
}

Describe 'Get-GhDownloadArgs' {
    BeforeAll { function global:gh { $global:LASTEXITCODE = $env:LAB_TEST_GH } }
    AfterAll { Remove-Item Function:gh; Remove-Item Env:LAB_TEST_GH }

    It 'is a hashtable that says whether gh is signed in, and leaves $LASTEXITCODE alone' {
        $global:LASTEXITCODE = 42
        $env:LAB_TEST_GH = '0'
        (Get-GhDownloadArgs).UseGh | Should -BeTrue
        $env:LAB_TEST_GH = '1'
        $arguments = Get-GhDownloadArgs 6>$null
        $arguments | Should -BeOfType [hashtable]
        $arguments.ContainsKey('UseGh') | Should -BeFalse
        $LASTEXITCODE | Should -Be 42
    }
}

Describe 'Invoke-OpenTofuInstaller' {
    BeforeAll {
        # A release of our own: the archive for this machine, and its checksums.
        $system = @{ Windows = 'windows'; Linux = 'linux'; MacOS = 'darwin' }[(Get-Platform)]
        $processor = @{ X64 = 'amd64'; Arm64 = 'arm64' }["$([System.Runtime.InteropServices.RuntimeInformation]::OSArchitecture)"]
        $program = if ($IsWindows) { 'tofu.exe' } else { 'tofu' }
        $script:release = New-Item -ItemType Directory "$TestDrive/release"
        Set-Content "$release/$program" "#!/bin/sh`necho OpenTofu stand-in"
        $script:zip = "tofu_1.2.3_${system}_$processor.zip"
        Compress-Archive -Path "$release/$program" -DestinationPath "$release/$zip"
        $script:good = "$((Get-FileHash "$release/$zip").Hash.ToLowerInvariant())  $zip"
        Set-Content "$release/api.json" '{ "versions": [ { "id": "1.2.3" }, { "id": "1.3.0-rc1" }, { "id": "1.2.1" } ] }'
    }

    BeforeEach {
        Set-Content "$release/tofu_1.2.3_SHA256SUMS" $good
        Mock Write-CustomLog { } -ModuleName LabRunner
        Mock Invoke-LabWebRequest { Copy-Item -LiteralPath (Join-Path $release ([System.IO.Path]::GetFileName($Uri))) -Destination $OutFile -ErrorAction Stop } -ModuleName LabRunner
    }

    It 'installs a version that fits its checksum, again and again' {
        foreach ($wanted in '1.2.3', 'v1.2.3', 'latest') {
            $result = Invoke-OpenTofuInstaller -CosignPath '' -OpenTofuVersion $wanted -InstallPath "$TestDrive/bin $wanted"
            $result.Version | Should -Be '1.2.3'
            $result.Verified | Should -Be 'checksum'
            if (-not $IsWindows) { & $result.Path | Should -Be 'OpenTofu stand-in' }
        }
        $null = Invoke-OpenTofuInstaller -OpenTofuVersion 1.2.3 -InstallPath "$TestDrive/bin 1.2.3"
        @(Get-ChildItem "$TestDrive/bin 1.2.3").Count | Should -Be 1
    }

    It 'installs nothing whose checksum is wrong or missing' {
        foreach ($sums in @("$('0' * 64)  $zip", '0123  other.zip')) {
            Set-Content "$release/tofu_1.2.3_SHA256SUMS" $sums
            { Invoke-OpenTofuInstaller -OpenTofuVersion 1.2.3 -InstallPath "$TestDrive/never" } | Should -Throw -ErrorId 'LabRunner.VerificationFailed*'
        }
        "$TestDrive/never" | Should -Not -Exist
    }

    It 'asks cosign where it is told to, and believes it' {
        function global:Test-Cosign { $global:cosignArguments = $args; $global:LASTEXITCODE = [int] $env:LAB_TEST_COSIGN; 'said so' }
        try {
            Set-Content "$release/tofu_1.2.3_SHA256SUMS.sig" ''; Set-Content "$release/tofu_1.2.3_SHA256SUMS.pem" ''
            $env:LAB_TEST_COSIGN = '0'
            (Invoke-OpenTofuInstaller -CosignPath Test-Cosign -OpenTofuVersion 1.2.3 -InstallPath "$TestDrive/signed").Verified | Should -Be 'checksum and signature'
            $cosignArguments -join ' ' | Should -Match 'verify-blob .*refs/heads/v1\.2 '
            $env:LAB_TEST_COSIGN = '1'
            { Invoke-OpenTofuInstaller -CosignPath Test-Cosign -OpenTofuVersion 1.2.3 -InstallPath "$TestDrive/unsigned" } | Should -Throw -ErrorId 'LabRunner.VerificationFailed*' -ExpectedMessage '*said so*'
            "$TestDrive/unsigned" | Should -Not -Exist
        } finally {
            Remove-Item Function:Test-Cosign, Env:LAB_TEST_COSIGN -ErrorAction Ignore
        }
    }

    It 'says what is wrong: <Id>' -ForEach @(
        @{ Id = 'ProgramNotFound'; Arguments = @{ CosignPath = './no-cosign' } }
        @{ Id = 'InvalidValue'; Arguments = @{ OpenTofuVersion = '../../etc' } }
        @{ Id = 'DownloadFailed'; Arguments = @{ OpenTofuVersion = '9.9.9' } }
    ) {
        { Invoke-OpenTofuInstaller @Arguments -InstallPath "$TestDrive/none" } | Should -Throw -ErrorId "LabRunner.$Id*"
        "$TestDrive/none" | Should -Not -Exist
    }

    Context 'from a server' {
        BeforeAll {
            # Nothing is mocked here: the addresses are asked over HTTP.
            $probe = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0); $probe.Start(); $port = $probe.LocalEndpoint.Port; $probe.Stop()
            $listener = [Net.HttpListener]::new()
            $listener.Prefixes.Add("http://127.0.0.1:$port/")
            $listener.Start()
            $served = New-Item -ItemType Directory "$TestDrive/served/v1.2.3"
            $answering = [powershell]::Create().AddScript({
                    param($Listener, $Folder)
                    while ($Listener.IsListening) {
                        try { $context = $Listener.GetContext() } catch { break }
                        $file = Join-Path $Folder $context.Request.Url.AbsolutePath
                        if ([IO.File]::Exists($file)) {
                            $bytes = [IO.File]::ReadAllBytes($file)
                            $context.Response.OutputStream.Write($bytes, 0, $bytes.Length)
                        } else { $context.Response.StatusCode = 404 }
                        $context.Response.Close()
                    }
                }).AddArgument($listener).AddArgument("$TestDrive/served")
            $null = $answering.BeginInvoke()
            $from = @{ OpenTofuVersion = '1.2.3'; BaseUrl = "http://127.0.0.1:$port/" }
        }

        AfterAll { $listener.Stop(); $answering.Stop(); $answering.Dispose() }

        BeforeEach {
            Mock Invoke-LabWebRequest -ModuleName LabRunner { Invoke-WebRequest -Uri $Uri -OutFile $OutFile -UseBasicParsing }
            Get-ChildItem $served | Remove-Item
            Copy-Item "$release/$zip", "$release/tofu_1.2.3_SHA256SUMS" $served
            $bin = New-Item -ItemType Directory "$TestDrive/served bin" -Force
            Set-Content "$bin/$program" 'the one before'
        }

        It 'installs what fits, over what is there' {
            $result = Invoke-OpenTofuInstaller @from -InstallPath $bin
            $result.Path | Should -Be (Join-Path $bin $program)
            Get-Content "$bin/$program" | Should -Contain 'echo OpenTofu stand-in'
            @(Get-ChildItem $bin).Count | Should -Be 1
        }

        It 'keeps what is there when <Case>' -ForEach @(
            @{ Case = 'the archive is not what its checksum says'; Break = { Set-Content "$served/$zip" 'changed on the way' }; Id = 'VerificationFailed' }
            @{ Case = 'the archive is missing'; Break = { Remove-Item "$served/$zip" }; Id = 'DownloadFailed' }
            @{ Case = 'the checksums are missing'; Break = { Remove-Item "$served/*SUMS" }; Id = 'DownloadFailed' }
            @{ Case = 'the signature is missing'; Break = { $from.CosignPath = 'Test-Cosign' }; Id = 'DownloadFailed' }
            @{ Case = 'nobody answers'; Break = { $from.BaseUrl = 'http://127.0.0.1:9' }; Id = 'DownloadFailed' }
            @{ Case = 'the archive has no program'; Break = {
                    Set-Content "$served/readme.txt" 'x'; Compress-Archive "$served/readme.txt" "$served/$zip" -Force
                    Set-Content "$served/tofu_1.2.3_SHA256SUMS" "$((Get-FileHash "$served/$zip").Hash)  $zip"
                }; Id = 'InstallationFailed'
            }
        ) {
            function global:Test-Cosign { $global:LASTEXITCODE = 0; 'never asked' }
            $from = $from.Clone()
            . $Break
            { Invoke-OpenTofuInstaller @from -InstallPath $bin } | Should -Throw -ErrorId "LabRunner.$Id*"
            Get-Content "$bin/$program" | Should -Be 'the one before'
            @(Get-ChildItem $bin).Count | Should -Be 1
            Remove-Item Function:Test-Cosign
        }
    }

    It 'leaves nothing in the temporary folder' {
        $count = { @(Get-ChildItem -Path (Get-CrossPlatformTempPath) -Filter 'opentofu_*').Count }
        $before = & $count
        $null = Invoke-OpenTofuInstaller -OpenTofuVersion 1.2.3 -InstallPath "$TestDrive/clean"
        { Invoke-OpenTofuInstaller -OpenTofuVersion 9.9.9 -InstallPath "$TestDrive/clean" } | Should -Throw
        & $count | Should -Be $before
    }
}

Describe 'An answer of a server that is no success' {
    BeforeAll {
        $script:listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $script:url = "http://127.0.0.1:$($listener.LocalEndpoint.Port)/nope.zip"
        $script:server = Start-ThreadJob -ArgumentList $listener {
            param($Listener)
            $page = '<html><body>' + ('a long page ' * 50) + '</body></html>'
            while ($true) {
                try { $client = $Listener.AcceptTcpClient() } catch { return }
                $stream = $client.GetStream()
                $reader = [System.IO.StreamReader]::new($stream)
                while ($reader.ReadLine()) { }
                $answer = [System.Text.Encoding]::ASCII.GetBytes("HTTP/1.1 404 Not Found`r`nContent-Type: text/html`r`nContent-Length: $($page.Length)`r`nConnection: close`r`n`r`n$page")
                $stream.Write($answer, 0, $answer.Length)
                $client.Dispose()
            }
        }
    }
    AfterAll {
        $listener.Stop()
        $null = $server | Wait-Job -Timeout 60
        $server | Remove-Job -Force
    }

    It 'is named by its status, not by its page, by <Name>' -ForEach @(
        @{ Name = 'Invoke-LabWebRequest'; Call = { Invoke-LabWebRequest -Uri $url 6> $null } }
        @{ Name = 'Invoke-LabDownload'; Call = { Invoke-LabDownload -Uri $url -OutputPath "$TestDrive/x.zip" 6> $null } }
        @{ Name = 'Invoke-ArchiveDownload'; Call = { Invoke-ArchiveDownload -Url $url -Destination "$TestDrive/x" -Format zip 6> $null } }
    ) {
        $failure = try { & $Call } catch { $_ }
        "$failure" | Should -Match '404 \(Not Found\)\.$'
        "$failure" | Should -Not -Match 'html|a long page'
    }

    It 'keeps its exception for scripts' {
        $failure = try { Invoke-LabWebRequest -Uri $url 6> $null } catch { $_ }
        [int] $failure.Exception.Response.StatusCode | Should -Be 404
    }

    It 'is followed by advice of its own' {
        $failure = try { Invoke-ArchiveDownload -Url $url -Destination "$TestDrive/x" -Format zip 6> $null } catch { $_ }
        $failure.ErrorDetails.RecommendedAction | Should -Be 'Check the address and the network.'
    }
}
