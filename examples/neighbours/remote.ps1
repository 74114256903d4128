# Runs a command on several machines with the module RemoteConnection, three of them at a time.
param([string[]] $Servers = @('WEB-01', 'WEB-02', 'SQL-01'))

$Servers | ForEach-Object {
    @{
        Name = "Update-$_"
        ScriptBlock = {
            param($Server)
            Import-Module RemoteConnection
            $null = New-RemoteConnection -ConnectionName $Server -EndpointType SSH -HostName $Server
            Invoke-RemoteCommand -ConnectionName $Server -Command 'apt-get -y upgrade'
        }
        Parameters = @{ Server = $_ }
        Timeout = 15
    }
} | Invoke-ParallelLabRunner -MaxConcurrency 3 -ContinueOnError
