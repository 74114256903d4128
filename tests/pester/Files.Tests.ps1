# Operations that work on files: downloads, from objects and from lab files.

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
        @{ Keys = @{ Url = 'https://example.org/x'; Target = 'x'; IfExists = 'Merge' }; Says = "*IfExists cannot be 'Merge'*" }
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
