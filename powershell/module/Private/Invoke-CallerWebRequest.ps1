# Sends a web request with the command that the caller has under this name: a wrapper or a mock of the caller's is one that
# module code would not see. What this module can see comes first, which is where a mock with -ModuleName is.
function Invoke-CallerWebRequest {
    param(
        [System.Management.Automation.PSCmdlet] $Caller,
        [System.Collections.IDictionary] $Request
    )

    if ($null -ne ${alias:Invoke-WebRequest} -or $null -ne ${function:Invoke-WebRequest}) {
        Invoke-WebRequest @Request
        return
    }
    & (New-CallerBlock $Caller 'param($Request) Invoke-WebRequest @Request') $Request
}
