@{
    Id = 'PPP37'
    Link = 'https://github.com/santisq/PSParallelPipeline/issues/37'
    Expects = 'Calls that `Select-Object -First 1` cuts short leave no runspaces behind.'
    Test = {
        function Get-Count { @(Get-Runspace | Where-Object { $_.RunspaceStateInfo.State -eq 'Opened' }).Count }
        $null = Invoke-Work -Count 11 -Width 11 { 1 } | Select-Object -First 1
        foreach ($call in 1..8) {
            Assert-Same (Invoke-Work -Count 11 -Width 11 { 1 } | Select-Object -First 1) 1 'the first output'
            # They are closed in the background, and nothing tells when.
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            while ((Get-Count) -gt 12 -and $watch.Elapsed.TotalSeconds -lt 4) { Start-Sleep -Milliseconds 20 }
        }
        # One worker for each of the eleven may stay warm; eight calls must not have more than one did.
        if ((Get-Count) -gt 12) { Deny "$(Get-Count) runspaces are open after nine calls at width 11" }
    }
}
