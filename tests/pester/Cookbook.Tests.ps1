# Each lab of examples/cookbook is checked, planned and run, as docs/cookbook.md says.

BeforeDiscovery {
    $labs = @(Get-ChildItem -LiteralPath (Join-Path $PSScriptRoot '../../examples/cookbook') -Filter *.yaml | Where-Object BaseName -NotLike '*.*').BaseName
}

Describe 'The cookbook' {
    BeforeAll {
        $root = (Resolve-Path -LiteralPath (Join-Path $PSScriptRoot '../..')).Path
        $saved = $env:LABRUNNER_HOME, $env:PATH, $env:LAB_MIRROR, $env:RELEASE, $env:RELEASE_TEXT
        $env:LABRUNNER_HOME = Join-Path $TestDrive 'home'
        $env:LABRUNNER_LAB_WEB | Should -Not -BeNullOrEmpty
        $env:PATH = (Split-Path $env:LABRUNNER_LAB_WEB) + [System.IO.Path]::PathSeparator + $env:PATH
        # A copy: labs work in their own folder.
        $book = Join-Path $TestDrive 'cookbook'
        Copy-Item -LiteralPath (Join-Path $root 'examples/cookbook') -Destination $book -Recurse -Exclude work
        Push-Location -LiteralPath $book
        $env:LAB_MIRROR = [uri]::new((Join-Path $book 'mirror')).AbsoluteUri

        # As a user calls it. What went wrong is part of the failure's text.
        function Invoke-Lab([string] $Name, [hashtable] $Options = @{}) {
            $report = Start-AdvancedLabOrchestration -ConfigurationPath "./$Name.yaml" @Options 2> $null
            $report.Results | Where-Object Success -EQ $false | ForEach-Object { Write-Host "$($_.Name): $($_.Outcome)" }
            $report
        }
        function Get-Outcome($Report, [string] $Name) { ($Report.Results | Where-Object Name -EQ $Name).Result }
    }

    AfterAll {
        Pop-Location
        $env:LABRUNNER_HOME, $env:PATH, $env:LAB_MIRROR, $env:RELEASE, $env:RELEASE_TEXT = $saved
    }

    It 'is described as a whole' -TestCases @{ Labs = $labs } {
        $Labs | Should -HaveCount 12
        $named = [regex]::Matches((Get-Content -Raw -LiteralPath "$root/docs/cookbook.md"), 'examples/cookbook/([\w-]+)\.yaml\)').ForEach{ $_.Groups[1].Value }
        $named | Sort-Object -Unique | Should -Be $Labs
    }

    It 'has a lab that is sound and can be planned: <_>' -ForEach $labs {
        foreach ($environment in @($_ -eq 'shop' ? ('dev', 'prod') : '')) {
            $check = Test-LabConfiguration "./$_.yaml" -Environment $environment -Strict
            ($check.Errors + $check.Warnings | ForEach-Object ToString) -join "`n" | Should -BeNullOrEmpty
            (Get-LabPlan "./$_.yaml" -Environment $environment).Operations | Should -Not -BeNullOrEmpty
        }
    }

    It 'builds a site, and builds again only what has changed' {
        (Invoke-Lab static-site).Summary.Status | Should -Be 'Succeeded'
        './work/static-site/site.zip' | Should -Exist
        $second = Invoke-Lab static-site
        ($second.Results | Where-Object { -not $_.UpToDate }).Name | Should -Be 'links'
        Add-Content -LiteralPath static-site/setup.md -Value "`nOr in twenty."
        $third = Invoke-Lab static-site
        ($third.Results | Where-Object { -not $_.UpToDate }).Name | Sort-Object | Should -Be 'links', 'package', 'page-setup'
        './work/static-site/site/setup.html' | Should -FileContentMatch 'Or in twenty'
    }

    It 'starts a farm of web servers' {
        $report = Invoke-Lab web-farm
        $report.Summary.Status | Should -Be 'Succeeded'
        Get-Outcome $report ask-the-farm | Should -Be 'web-01: 10 answers', 'web-02: 10 answers', 'web-03: 10 answers'
    }

    It 'fetches an agent, and does not fetch it again' {
        (Invoke-Lab fetch-agent).Summary.Status | Should -Be 'Succeeded'
        $files = Get-ChildItem -Path work/fetch-agent/downloads/* -File
        $files.Name | Should -Be 'backup-agent.json', 'backup-agent.ps1'
        $times = $files.LastWriteTimeUtc
        $report = Invoke-Lab fetch-agent
        $report.Summary.Status | Should -Be 'Succeeded'
        (Get-ChildItem -Path work/fetch-agent/downloads/* -File).LastWriteTimeUtc | Should -Be $times
        Get-Outcome $report try-it | Should -Be 'agent 2.4.1, 2 folders'
        # A mirror that has been tampered with installs nothing.
        Remove-Item -Path work/fetch-agent -Recurse
        Add-Content -LiteralPath mirror/backup-agent.ps1 -Value 'throw'
        $report = Invoke-Lab fetch-agent @{ FailureStrategy = 'Stop' }
        $report.Summary.Status | Should -Be 'Failed'
        ($report.Results | Where-Object Name -EQ 'fetch-backup-agent.ps1').ErrorRecord.FullyQualifiedErrorId | Should -BeLike 'LabRunner.ChecksumMismatch*'
        'work/fetch-agent/agents' | Should -Not -Exist
    }

    It 'releases, and goes back where a release does not work' {
        $env:RELEASE = '1.0'
        (Invoke-Lab release).Summary.Status | Should -Be 'Succeeded'
        $env:RELEASE, $env:RELEASE_TEXT = '1.1', 'Out of order'
        $report = Invoke-Lab release
        $report.Summary.Status | Should -Be 'Failed'
        ($report.Results | Where-Object Name -EQ 'smoke-test').Error | Should -BeLike '*does not welcome*Out of order*'
        Get-Content -LiteralPath work/release/current | Should -Be '1.0'
        (Get-ChildItem -LiteralPath work/release/releases).Name | Should -Be '1.0'
        $env:RELEASE_TEXT = $null
        (Invoke-Lab release).Summary.Status | Should -Be 'Succeeded'
        Get-Content -LiteralPath work/release/current | Should -Be '1.1'
    }

    It 'rotates credentials, which stand nowhere' {
        # A secret store that a session may have.
        function global:Get-Secret { param($Name, [switch] $AsPlainText) ConvertTo-SecureString -AsPlainText -Force -String "$Name-hunter2" }
        try {
            $report = Invoke-Lab rotate-credentials
        } finally {
            Remove-Item -LiteralPath function:Get-Secret
        }
        $report.Summary.Status | Should -Be 'Succeeded'
        Get-Outcome $report rotate-shop | Should -Be 'shop has the password ********'
        Get-ChildItem -Path $env:LABRUNNER_HOME, work/rotate-credentials -Recurse -File -Force | Select-String -Pattern 'hunter2' -SimpleMatch | Should -BeNullOrEmpty
    }

    It 'makes backups, without the folder that is optional' {
        foreach ($night in 1..4) { $report = Invoke-Lab nightly-backup }
        ($report.Results | Where-Object Status -NE 'Succeeded').Name | Should -Be 'pack-scratch', 'verify-scratch'
        (Get-ChildItem -Path work/nightly-backup/site/*.zip).Count | Should -Be 3
        @(Import-Csv -LiteralPath work/nightly-backup/catalog.csv -Header Name, File, Count, Hash).Count | Should -Be 12
        Get-Content -LiteralPath work/nightly-backup/report.txt | Should -HaveCount 3
    }

    It 'updates a machine across a restart' {
        $report = Invoke-Lab patch-machine
        $report.Summary.Status | Should -Be 'Parked'
        Get-Content -LiteralPath work/patch-machine/state | Should -Be 'drained'
        # The machine of the test is not restarted, so it takes an order to go on.
        $report = Resume-LabRun -Name patch-machine -Force
        $report.Summary.Status | Should -Be 'Succeeded'
        ($report.Results | Where-Object KeptFrom).Name | Should -Be 'drain', 'update'
        Get-Content -LiteralPath work/patch-machine/state | Should -Be 'ready'
    }

    It 'imports what has arrived, and later what is left' {
        $report = Invoke-Lab import-orders
        $report.Summary.Status | Should -Be 'PartiallySucceeded'
        ($report.Results | Where-Object Success -EQ $false).Name | Should -Be 'batch-4', 'totals'
        Set-Content -LiteralPath orders/orders-4.csv -Value 'Id,Customer,Amount', '1006,North,4.25'
        $report = Resume-LabRun -Name import-orders
        $report.Summary.Status | Should -Be 'Succeeded'
        ($report.Results | Where-Object { -not $_.KeptFrom }).Name | Should -Be 'batch-4', 'totals'
        (Import-Csv -LiteralPath work/import-orders/totals.csv | Where-Object Customer -EQ 'North').Amount | Should -Be '140'
    }

    It 'watches a service' {
        $report = Invoke-Lab watched-service
        $report.Summary.Status | Should -Be 'Succeeded'
        Get-Outcome $report index-articles | Should -Be '40 pages read'
        $report.Health.Checks.Operation | Should -Contain 'site'
        $report.Health.Status | Should -BeIn 'Healthy', 'Starting'
        ($report.ValidationResults | Where-Object Name -EQ 'reachable').Success | Should -BeTrue
    }

    It 'makes certificates, and leaves those alone that are valid for long' {
        $first = Invoke-Lab certificates
        $first.Summary.Status | Should -Be 'Succeeded'
        ($first.ValidationResults | Where-Object Name -EQ 'chains').Result | Should -Be '2 certificates are trusted'
        $second = Invoke-Lab certificates
        ($second.Results | Where-Object UpToDate).Name | Sort-Object | Should -Be 'authority', 'certificate-db-01', 'certificate-web-01'
        Remove-Item -LiteralPath work/certificates/db-01.pem
        $third = Invoke-Lab certificates
        ($third.Results | Where-Object UpToDate).Name | Sort-Object | Should -Be 'authority', 'certificate-web-01'
    }

    It 'says what there is on a machine' {
        (Invoke-Lab machine-report).Summary.Status | Should -Be 'Succeeded'
        $page = Get-Content -LiteralPath work/machine-report/report.md
        $page[0] | Should -Be "# $([Environment]::MachineName)"
        $page | Should -Contain '## disks'
        ($page -like '* Processors: *').Count | Should -Be 1
    }

    It 'deploys a shop for developers and for production' {
        $report = Invoke-Lab shop @{ Environment = 'dev' }
        $report.Summary.Status | Should -Be 'Succeeded'
        Get-Content -LiteralPath work/shop/balancer.conf | Should -Be '# dev', 'server web-01:8081'
        $report = Invoke-Lab shop @{ Environment = 'prod' }
        $report.Summary.Status | Should -Be 'Succeeded'
        Get-Outcome $report smoke-test | Should -Be '3 servers take part'
        Get-Content -LiteralPath work/shop/balancer.conf | Should -Be '# prod', 'server web-01:8081', 'server web-02:8082', 'server web-03:8083'
    }
}

Describe 'The examples by the names of the original' {
    BeforeAll {
        $examples = (Resolve-Path -LiteralPath (Join-Path $PSScriptRoot '../../examples')).Path
        $userHome = $env:LABRUNNER_HOME
        $env:LABRUNNER_HOME = Join-Path $TestDrive 'names'
        $null = New-Item -ItemType Directory -Path (Join-Path $TestDrive 'enterprise')
        Push-Location -LiteralPath (Join-Path $TestDrive 'enterprise')
    }

    AfterAll {
        Pop-Location
        $env:LABRUNNER_HOME = $userHome
    }

    It 'has an enterprise lab that is sound, for <_>' -ForEach 'production', 'development' {
        $lab = "$examples/enterprise-lab-config.yaml"
        $environment = $_ -eq 'development' ? $_ : ''
        $check = Test-LabConfiguration $lab -Environment $environment -Strict
        ($check.Errors + $check.Warnings | ForEach-Object ToString) -join "`n" | Should -BeNullOrEmpty
        $report = Start-AdvancedLabOrchestration -ConfigurationPath $lab -Environment $environment
        $report.Summary.Status | Should -Be 'Succeeded'
        $report.Results | Should -HaveCount 13
        $report.ValidationResults.Result | Should -Be '4 names', 'all sites use it'
        Get-Content -LiteralPath enterprise-lab/monitoring.targets | Should -Be 'dc-01.lab.internal', 'sql-01.lab.internal', 'web-01.lab.internal', 'web-02.lab.internal'
        (Get-Content -Raw -LiteralPath enterprise-lab/machines/sql-01.json | ConvertFrom-Json).memory | Should -Be ($environment ? '2GB' : '8GB')
        Undo-LabRun -Id $report.RunId -Confirm:$false | Select-Object -ExpandProperty Status | Should -Be 'Undone'
        'enterprise-lab' | Should -Not -Exist
    }

    It 'has functions round a lab, which run' {
        & "$examples/integration-examples.ps1" | Should -Be @(
            'Checked:  Succeeded, 13 operations'
            'Stage:    create-networks, open-ports: Succeeded'
            'Stage:    machine-*: Succeeded'
            'Stage:    create-domain, install-*: Succeeded'
            'Build:    exit code 0, junit.xml and run.html'
            'Recovery: dc-01, sql-01, web-01, web-02'
        )
        . "$examples/integration-examples.ps1"
        Set-Content -LiteralPath wrong.yaml -Value 'name: wrong', 'operations:', "  - { name: a, script: `"'a'`", dependencies: [b] }"
        { Invoke-CheckedDeployment -Path ./wrong.yaml } | Should -Throw '*wrong.yaml cannot be deployed*'
    }
}
