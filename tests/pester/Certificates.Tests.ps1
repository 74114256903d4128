# Services that are asked over https: which certificates are taken, and what is said of others.

Describe 'Certificates of services' {
    BeforeAll {
        . "$PSScriptRoot/Invoke-SamePowerShell.ps1"
        # A certificate for localhost that is signed by its own key, as text and with the key.
        $key = [System.Security.Cryptography.ECDsa]::Create([System.Security.Cryptography.ECCurve+NamedCurves]::nistP256)
        $request = [System.Security.Cryptography.X509Certificates.CertificateRequest]::new('CN=localhost', $key, 'SHA256')
        $names = [System.Security.Cryptography.X509Certificates.SubjectAlternativeNameBuilder]::new()
        $names.AddDnsName('localhost')
        $request.CertificateExtensions.Add($names.Build())
        $certificate = $request.CreateSelfSigned([System.DateTimeOffset]::UtcNow.AddDays(-1), [System.DateTimeOffset]::UtcNow.AddDays(1))
        $pem = Join-Path $TestDrive 'certificate.pem'
        Set-Content $pem $certificate.ExportCertificatePem()
        $pfx = Join-Path $TestDrive 'certificate.pfx'
        [System.IO.File]::WriteAllBytes($pfx, $certificate.Export('Pfx', 'lab'))

        $server = Join-Path $TestDrive 'server.ps1'
        Set-Content $server @'
param([int] $Port, [string] $Pfx)
$certificate = [System.Security.Cryptography.X509Certificates.X509Certificate2]::new($Pfx, 'lab')
$listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, $Port)
$listener.Start()
while ($true) {
    $client = $listener.AcceptTcpClient()
    try {
        $stream = [System.Net.Security.SslStream]::new($client.GetStream())
        $stream.AuthenticateAsServer($certificate)
        $reader = [System.IO.StreamReader]::new($stream)
        while ($reader.ReadLine()) { }
        $stream.Write([System.Text.Encoding]::ASCII.GetBytes("HTTP/1.1 200 OK`r`nContent-Length: 0`r`nConnection: close`r`n`r`n"))
        $stream.Flush()
    } catch [System.Management.Automation.MethodInvocationException] {
        # A client that breaks the handshake off.
    } finally {
        $client.Dispose()
    }
}
'@
        # The operation, as text: a service on a free port, and its probe with what else it says.
        function New-Service([string] $More) {
            $free = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
            $free.Start()
            $port = $free.LocalEndpoint.Port
            $free.Stop()
            $same = Get-SamePowerShell
            $arguments = @($same.First) + '-NoProfile', '-File', $server, $port, $pfx | ForEach-Object { "'$_'" }
            "@{ Name = 'web'; Mode = 'Service'; Command = '$($same.Program)'; Arguments = $($arguments -join ', '); Ready = @{ Http = 'https://localhost:$port/health'; $More } }"
        }
        function Invoke-Service([string] $More) { Invoke-ParallelLabRunner -Operations (& ([scriptblock]::Create((New-Service $More)))) -NoOutput 2>$null }
    }

    It 'does not take one that the system does not trust, and says why and what to do' {
        # Its server may need longer than that to listen, on a machine that has much to do.
        foreach ($limit in '10s', '60s', '240s') {
            $result = Invoke-Service "Timeout = '$limit'"
            if ($result.Error -notlike '*connection refused*') { break }
        }
        $result.Status | Should -Be 'Failed'
        $result.Error | Should -BeLike "*GET https://localhost:*/health: its certificate is not trusted (*); with 'insecure: true' the probe takes any certificate*"
    }

    It 'takes any with Insecure' {
        $result = Invoke-Service 'Insecure = $true'
        "$($result.Status)$($result.Error)" | Should -Be 'Succeeded'
    }

    It 'takes one that the system trusts' -Skip:(-not $IsLinux) {
        $script = Join-Path $TestDrive 'trusts.ps1'
        Set-Content $script "Import-Module '$((Get-Module LabRunner).ModuleBase)'", "`$result = Invoke-ParallelLabRunner -Operations $(New-Service '') -NoOutput", '"$($result.Status)$($result.Error)"'
        $before = $env:SSL_CERT_FILE
        try {
            $env:SSL_CERT_FILE = $pem
            Invoke-SamePowerShell -File $script | Should -Be 'Succeeded'
        } finally {
            $env:SSL_CERT_FILE = $before
        }
    }

    It 'refuses an Insecure that is neither true nor false' {
        { Get-LabPlan -Operations @{ Name = 'web'; Command = 'x'; Mode = 'Service'; Ready = @{ Http = 'https://localhost/'; Insecure = 'perhaps' } } } |
            Should -Throw "*Ready.Insecure 'perhaps' of operation 'web' is neither `$true nor `$false*"
    }
}
