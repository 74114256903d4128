@{
    Id = 'PPP37'
    Link = 'https://github.com/santisq/PSParallelPipeline/issues/37'
    Expects = 'Calls that `Select-Object -First 1` cuts short do not pile up runspaces.'
    Test = {
        function Get-Count { @(Get-Runspace | Where-Object { $_.RunspaceStateInfo.State -eq 'Opened' }).Count }
        # Workers may stay warm, and those of a call that was cut short may still be ending when the next begins: two calls' worth is the
        # most there is a reason for. A runspace lost in every second call is more than that.
        $most = (Get-Count) + 2 * 11
        foreach ($call in 1..60) { Assert-Same (Invoke-Work -Count 11 -Width 11 { 1 } | Select-Object -First 1) 1 'the first output' }
        # They are closed in the background, and nothing tells when.
        $null = [System.Threading.SpinWait]::SpinUntil({ (Get-Count) -le $most }, 10000)
        if ((Get-Count) -gt $most) { Deny "$(Get-Count) runspaces are open after 60 calls at width 11, and not $most at the most" }
    }
}
