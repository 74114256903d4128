# What a person sees who writes configuration.

Describe 'Export-LabConfig' {
    BeforeAll {
        $lab = Join-Path $TestDrive 'web.yaml'
        Set-Content $lab @'
# the public lab
name: Web   # its name
version: 1.10
zeta: 1
nodes:
  - { name: WEB-01, memory: 4GB, on: true, ratio: 0.5, none: null }
operations:
  - name: greet
    script: |
      param($Who)
      "hello ${Who}: {{0}}"
'@
    }

    It 'writes what reads back as the same, as <_>' -ForEach 'Yaml', 'Json' {
        $config = Get-LabConfig $lab -Raw
        $path = Join-Path $TestDrive "copy.$($_.ToLowerInvariant())"
        $config | Export-LabConfig -Path $path
        $again = Get-LabConfig $path -Raw
        $again | ConvertTo-Json -Depth 20 | Should -Be ($config | ConvertTo-Json -Depth 20)
        $again.operations[0].script | Should -BeExactly $config.operations[0].script
        $again.PSBase.Keys -join ' ' | Should -Be 'name version zeta nodes operations'
        { $config | Export-LabConfig -Path $path } | Should -Throw -ErrorId 'LabRunner.FileExists*' -ExpectedMessage '*exists already*'
        $config | Export-LabConfig -Path $path -Force
        (Get-ChildItem $TestDrive -Filter '*.tmp').Count | Should -Be 0
    }

    It 'keeps the comments and the digits of a file' {
        $text = Export-LabConfig -Source $lab
        $text | Should -Match '# the public lab'
        $text | Should -Match '# its name'
        $text | Should -Match 'version: 1\.10'
        Export-LabConfig -Source $lab -Format Json | Should -Match '"version": 1\.10'
    }

    It 'writes a psd1 as YAML' {
        $psd1 = Join-Path $TestDrive 'lab.psd1'
        Set-Content $psd1 "@{ Name = 'Data'; Operations = @(@{ Name = 'a'; ScriptBlock = { 'x' } }) }"
        $text = Export-LabConfig -Source $psd1
        $text | Should -Match "(?m)^Name: 'Data'"
        $path = Join-Path $TestDrive 'fromdata.yaml'
        Set-Content $path $text
        (Test-LabConfiguration $path).Valid | Should -BeTrue
    }

    It 'refuses what is not well-formed, and what nests for ever' {
        $broken = Join-Path $TestDrive 'broken.yaml'
        Set-Content $broken 'name: [a'
        { Export-LabConfig -Source $broken } | Should -Throw -ErrorId 'LabRunner.MalformedYaml*'
        $circle = @{}
        $circle.self = $circle
        { Export-LabConfig -InputObject $circle } | Should -Throw -ErrorId 'LabRunner.InvalidValue*' -ExpectedMessage '*nests more than 100*'
        { @{ a = 1 } | Export-LabConfig -Path (Join-Path $TestDrive 'no/such/folder.yaml') } | Should -Throw -ErrorId 'LabRunner.FileUnwritable*'
    }
}
