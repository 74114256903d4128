# Sends a web request with the command that the caller has under this name: a wrapper or a mock of the caller's is one that
# module code would not see. What this module can see comes first, which is where a mock with -ModuleName is.
function Invoke-CallerWebRequest {
    param(
        [System.Management.Automation.PSCmdlet] $Caller,
        [System.Collections.IDictionary] $Request
    )

    try {
        if ($null -ne ${alias:Invoke-WebRequest} -or $null -ne ${function:Invoke-WebRequest}) {
            Invoke-WebRequest @Request
            return
        }
        & (New-CallerBlock $Caller 'param($Request) Invoke-WebRequest @Request') $Request
    } catch {
        # The text of the error is the page that the server sent; what went wrong is the status.
        $response = $_.Exception.Response
        if ($response.StatusCode -is [System.Net.HttpStatusCode]) {
            $reason = if ($response.ReasonPhrase) { $response.ReasonPhrase } else { "$($response.StatusCode)" }
            $answer = [System.Management.Automation.ErrorRecord]::new($_.Exception, $_.FullyQualifiedErrorId, $_.CategoryInfo.Category, $_.TargetObject)
            $answer.ErrorDetails = [System.Management.Automation.ErrorDetails]::new("The server answered $([int] $response.StatusCode) ($reason).")
            throw $answer
        }
        throw
    }
}
