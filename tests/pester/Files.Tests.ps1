# Operations that work on files: downloads and archives, from objects and from lab files.

BeforeAll {
    Push-Location $TestDrive
    [System.IO.File]::WriteAllText("$TestDrive/source.txt", 'the content')
    $script:Url = 'file:///' + "$TestDrive/source.txt".Replace('\', '/').TrimStart('/')
    $script:Sum = 'sha256:' + (Get-FileHash -LiteralPath source.txt).Hash
}

AfterAll { Pop-Location }

Describe 'A download' {
    It 'is an operation of objects, with paths from where the caller stands' {
        $result = Invoke-ParallelLabRunner -Operations @{ Name = 'fetch'; Url = $Url; Target = 'objects/file.txt'; Checksum = $Sum; IfExists = 'Replace'; MaxSize = 1KB }
        $result.Status | Should -Be 'Succeeded'
        Get-Content -LiteralPath objects/file.txt | Should -BeExactly 'the content'
        @(Get-ChildItem objects -Force).Count | Should -Be 1
    }

    It 'is an operation of lab files' {
        Set-Content lab.yaml "name: files`noperations:`n- {name: fetch, provider: download, url: '$Url', target: lab/file.txt, checksum: '$Sum'}`n- {name: read, script: 'Get-Content lab/file.txt', dependencies: fetch}"
        $report = Start-AdvancedLabOrchestration -ConfigPath lab.yaml
        $report.Summary.Status | Should -Be 'Succeeded'
        Get-Content -LiteralPath lab/file.txt | Should -BeExactly 'the content'
    }

    It 'fails with the reason and leaves nothing behind' {
        $wrong = 'sha256:' + '0' * 64
        $result = Invoke-ParallelLabRunner -Operations @{ Name = 'fetch'; Url = $Url; Target = 'wrong/file.txt'; Checksum = $wrong } -ErrorAction SilentlyContinue -ErrorVariable said
        $result.Status | Should -Be 'Failed'
        $said[0].FullyQualifiedErrorId | Should -BeLike 'LabRunner.ChecksumMismatch*'
        @(Get-ChildItem wrong -Force).Count | Should -Be 0
    }

    It 'is checked before anything starts: <Says>' -ForEach @(
        @{ Keys = @{ Url = 'ftp://example.org/x'; Target = 'x' }; Says = "*the URL 'ftp://example.org/x' is neither https, http nor file*" }
        @{ Keys = @{ Url = 'https://example.org/x' }; Says = "*the target '' is empty*" }
        @{ Keys = @{ Provider = 'download'; Target = 'x' }; Says = '*has no URL to download from*' }
        @{ Keys = @{ Url = 'https://example.org/x'; Target = 'x'; Checksum = 'md5:12' }; Says = '*does not protect against forgery*' }
        @{ Keys = @{ Url = 'https://example.org/x'; Target = 'x'; Segments = 4 }; Says = "*has an unknown key 'Segments'*" }
        @{ Keys = @{ Url = 'https://example.org/x'; Target = 'x'; IfExists = 'Overwrite' }; Says = "*IfExists cannot be 'Overwrite'*" }
        @{ Keys = @{ Url = 'https://example.org/x'; Target = 'x'; IfExists = 'Merge' }; Says = '*merges its target, which is a file and not a folder*' }
        @{ Keys = @{ Url = 'https://example.org/x'; Target = 'x'; MaxSize = 'big' }; Says = "*The MaxSize 'big'*is not a size*" }
        @{ Keys = @{ Url = 'https://example.org/x'; Target = 'x'; Headers = @{ Range = 'bytes=0-' } }; Says = "*sets the header 'Range', which the download itself needs*" }
    ) {
        { Invoke-ParallelLabRunner -Operations (@{ Name = 'fetch' } + $Keys) } | Should -Throw $Says
    }

    It 'is checked in a lab file at its place: <Says>' -ForEach @(
        @{ Keys = 'target: x'; Says = "*it has no URL to download from*" }
        @{ Keys = 'url: "https://a/x"'; Says = '*it has no target*' }
        @{ Keys = 'url: "https://a/x", target: x, segments: 4'; Says = "*unknown key 'segments'*" }
        @{ Keys = 'url: "https://a/x", target: x, command: make'; Says = "*'command' belongs to scripts and programs, but this is a download operation*" }
        @{ Keys = 'url: "https://a/x", target: x, checksum: "sha256:12"'; Says = '*has 2 digits, and a sha256 has 64*' }
    ) {
        Set-Content wrong.yaml "name: files`noperations:`n- {name: fetch, provider: download, $Keys}"
        $test = Test-LabConfiguration wrong.yaml
        ($test.Errors | ForEach-Object ToString) -join "`n" | Should -BeLike $Says
    }

    It 'gets its secrets, and shows none' {
        Set-Content secret.yaml "name: files`noperations:`n- {name: fetch, url: 'https://example.org/x', target: x, headers: {Authorization: 'secret://files-token'}}"
        { Start-AdvancedLabOrchestration -ConfigPath secret.yaml } | Should -Throw '*files-token*'
    }
}

Describe 'An archive' {
    BeforeAll {
        New-Item -ItemType Directory -Force data/sub | Out-Null
        Set-Content data/one.txt 'one' -NoNewline
        Set-Content data/sub/two.txt 'two' -NoNewline
        Compress-Archive -Path data -DestinationPath made.zip
    }

    It 'is unpacked by an operation of objects, with paths from where the caller stands' {
        $result = Invoke-ParallelLabRunner -Operations @{ Name = 'unpack'; Provider = 'Archive'; Source = 'made.zip'; Target = 'objects/unpacked'; StripComponents = 1; MaxSize = 1KB; MaxEntries = 10 }
        $result.Status | Should -Be 'Succeeded'
        Get-Content objects/unpacked/sub/two.txt | Should -BeExactly 'two'
        (Get-ChildItem objects/unpacked).Name | Sort-Object | Should -Be 'one.txt', 'sub'
    }

    It 'is made and unpacked by operations of lab files: <_>' -ForEach 'zip', 'tar', 'tar.gz', 'tar.zst' {
        Set-Content archives.yaml @"
name: archives
operations:
  - {name: pack, provider: archive, mode: create, source: data, target: 'lab/all.$_', if-exists: replace}
  - {name: unpack, provider: archive, source: 'lab/all.$_', target: 'lab/of-$_', dependencies: pack}
  - {name: read, script: "Get-Content 'lab/of-$_/sub/two.txt'", dependencies: unpack}
"@
        $report = Start-AdvancedLabOrchestration -ConfigPath archives.yaml
        $report.Summary.Status | Should -Be 'Succeeded'
        Get-Content "lab/of-$_/one.txt" | Should -BeExactly 'one'
    }

    It 'is read by other programs when it was made here' {
        Invoke-ParallelLabRunner -Operations @{ Name = 'pack'; Provider = 'archive'; Mode = 'Create'; Source = 'data'; Target = 'other.zip' } | Out-Null
        Expand-Archive other.zip -DestinationPath expanded
        Get-Content expanded/sub/two.txt | Should -BeExactly 'two'
    }

    It 'leaves alone what is there' {
        New-Item -ItemType Directory kept | Out-Null
        Set-Content kept/mine.txt 'mine'
        $unpack = @{ Name = 'unpack'; Provider = 'archive'; Source = 'made.zip'; Target = 'kept' }
        $result = Invoke-ParallelLabRunner -Operations $unpack -ErrorAction SilentlyContinue -ErrorVariable said
        $result.Status | Should -Be 'Failed'
        $said[0].FullyQualifiedErrorId | Should -BeLike 'LabRunner.TargetExists*'
        (Invoke-ParallelLabRunner -Operations ($unpack + @{ IfExists = 'Keep' })).Status | Should -Be 'Succeeded'
        @(Get-ChildItem kept).Name | Should -Be 'mine.txt'
        (Invoke-ParallelLabRunner -Operations ($unpack + @{ IfExists = 'Replace' })).Status | Should -Be 'Succeeded'
        @(Get-ChildItem kept).Name | Should -Be 'data'
    }

    It 'is refused when it leads out of its target' {
        Add-Type -AssemblyName System.IO.Compression
        $file = [System.IO.File]::Create("$TestDrive/evil.zip")
        $zip = [System.IO.Compression.ZipArchive]::new($file, 'Create')
        $zip.CreateEntry('../evil.txt').Open().Dispose()
        $zip.Dispose()
        $file.Dispose()
        $result = Invoke-ParallelLabRunner -Operations @{ Name = 'unpack'; Provider = 'archive'; Source = 'evil.zip'; Target = 'evil/out' } -ErrorAction SilentlyContinue -ErrorVariable said
        $result.Status | Should -Be 'Failed'
        $said[0].FullyQualifiedErrorId | Should -BeLike 'LabRunner.ArchiveUnsafe*'
        "$($said[0])" | Should -BeLike "*the name '../evil.txt' leads out of the target*"
        @(Get-ChildItem evil -Force -Recurse).Count | Should -Be 0
    }

    It 'is checked before anything starts: <Says>' -ForEach @(
        @{ Keys = @{ Source = 'a.zip' }; Says = "*the target '' is empty*" }
        @{ Keys = @{ Source = 'a.rar'; Target = 'x' }; Says = '*does not say which kind of archive it is*' }
        @{ Keys = @{ Source = 'data'; Target = 'x.7z'; Mode = 'Create' }; Says = '*makes a 7z, which can be unpacked only*' }
        @{ Keys = @{ Source = 'a.zip'; Target = 'x'; Mode = 'List' }; Says = "*Mode cannot be 'List'*" }
        @{ Keys = @{ Source = 'a.zip'; Target = 'x'; StripComponents = -1 }; Says = "*StripComponents cannot be '-1'*" }
        @{ Keys = @{ Source = 'a.zip'; Target = 'x'; Password = 'x' }; Says = "*has an unknown key 'Password'*" }
        @{ Keys = @{ Source = 'a.zip'; Target = 'x'; ScriptBlock = { } }; Says = '*is an archive operation and has something else to run*' }
    ) {
        { Invoke-ParallelLabRunner -Operations (@{ Name = 'unpack'; Provider = 'archive' } + $Keys) } | Should -Throw $Says
    }

    It 'is checked in a lab file at its place: <Says>' -ForEach @(
        @{ Keys = 'target: x'; Says = '*it has no source*' }
        @{ Keys = 'source: a.zip'; Says = '*it has no target*' }
        @{ Keys = 'source: a.zip, target: x, checksum: "sha256:12"'; Says = "*'checksum' belongs to downloads, but this is an archive operation*" }
        @{ Keys = 'source: a.zip, target: x, format: rar'; Says = "*rar*" }
        @{ Keys = 'source: a.zip, target: x, mode: service'; Says = "*service*" }
    ) {
        Set-Content wrong.yaml "name: files`noperations:`n- {name: unpack, provider: archive, $Keys}"
        $test = Test-LabConfiguration wrong.yaml
        ($test.Errors | ForEach-Object ToString) -join "`n" | Should -BeLike $Says
    }
}

Describe 'An answer to wait for' {
    BeforeAll {
        # Answers 503 twice, and then with a text.
        $script:listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $script:Address = "http://127.0.0.1:$($listener.LocalEndpoint.Port)/health"
        $script:server = Start-ThreadJob -ArgumentList $listener {
            param($Listener)
            $count = 0
            while ($true) {
                try { $client = $Listener.AcceptTcpClient() } catch { return }
                $stream = $client.GetStream()
                $reader = [System.IO.StreamReader]::new($stream)
                while ($reader.ReadLine()) { }
                $count++
                $head = if ($count -le 2) { 'HTTP/1.1 503 Service Unavailable' } else { 'HTTP/1.1 200 OK' }
                $text = if ($count -le 3) { 'starting' } else { '{"state":"ready"}' }
                $answer = [System.Text.Encoding]::ASCII.GetBytes("$head`r`nContent-Length: $($text.Length)`r`nConnection: close`r`n`r`n$text")
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

    It 'is asked for until it is as it should be' {
        $check = @{ Name = 'answers'; Provider = 'http-check'; Url = $Address; Status = 200; Body = '"state":"ready"'; Interval = '10ms'; Within = '5m' }
        (Invoke-ParallelLabRunner -Operations $check).Status | Should -Be 'Succeeded'
    }

    It 'fails with the last answer, also in a lab file' {
        Set-Content check.yaml "name: check`noperations:`n- {name: answers, provider: http-check, url: '$Address', status: [201, 204], interval: 10ms, within: 100ms}"
        $report = Start-AdvancedLabOrchestration -ConfigPath check.yaml -ErrorAction SilentlyContinue -ErrorVariable said
        $report.Summary.Status | Should -Be 'Failed'
        ($said | ForEach-Object ToString) -join "`n" | Should -BeLike '*answered 200, for 100ms*'
    }

    It 'is checked before anything starts: <Says>' -ForEach @(
        @{ Keys = @{ }; Says = '*has no URL to ask*' }
        @{ Keys = @{ Url = 'ftp://x' }; Says = '*ftp*' }
        @{ Keys = @{ Url = 'http://x'; Status = 999 }; Says = '*expects a status that HTTP does not have*' }
        @{ Keys = @{ Url = 'http://x'; Within = 'soon' }; Says = "*The Within 'soon'*is not a time*" }
        @{ Keys = @{ Url = 'http://x'; Target = 'x' }; Says = "*has an unknown key 'Target'*" }
    ) {
        { Invoke-ParallelLabRunner -Operations (@{ Name = 'answers'; Provider = 'http-check' } + $Keys) } | Should -Throw $Says
    }

    It 'keeps its keys to itself in a lab file' {
        Set-Content wrong.yaml "name: check`noperations:`n- {name: one, provider: http-check, url: 'http://x', target: x}`n- {name: two, url: 'http://x', target: x, within: 5m}"
        $says = (Test-LabConfiguration wrong.yaml).Errors | ForEach-Object ToString
        $says -join "`n" | Should -BeLike "*'target' belongs to downloads and archives*"
        $says -join "`n" | Should -BeLike "*unknown key 'within'*"
    }
}
