# Stand-ins for what a test machine may lack. Examples run against them as they are written.

# The network: every address is there, and answers with a small archive.
function Invoke-WebRequest {
    [CmdletBinding()]
    param([string] $Uri, [string] $OutFile, [switch] $UseBasicParsing, [int] $TimeoutSec)

    if ($OutFile) {
        $file = $PSCmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath($OutFile)
        $stream = [System.IO.File]::Create($file)
        try {
            $archive = [System.IO.Compression.ZipArchive]::new($stream, [System.IO.Compression.ZipArchiveMode]::Create, $true)
            $writer = [System.IO.StreamWriter]::new($archive.CreateEntry('tools/readme.txt').Open())
            $writer.Write("from $Uri")
            $writer.Dispose()
            $archive.Dispose()
        } finally {
            $stream.Dispose()
        }
    } else {
        [pscustomobject]@{ StatusCode = 200; Content = "from $Uri" }
    }
}

# A person who says yes.
function Read-Host {
    param([string] $Prompt, [switch] $AsSecureString)
    'y'
}

function npm { "npm $args" }

function gh { $global:LASTEXITCODE = 1 }
