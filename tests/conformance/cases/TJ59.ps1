@{
    Id = 'TJ59'
    Link = 'https://github.com/PowerShell/ThreadJob/issues/59'
    Expects = 'Work that itself runs parallel work and waits for it does not hang.'
    Test = {
        # Not a name of a parameter of Invoke-Work, in whose scope $using: is looked up.
        $inside = $runnerFile
        $inner = @(Invoke-Work -Count 2 -Width 2 { . $using:inside; Invoke-Work -Count 2 -Width 2 { 'inner' } })
        Assert-Same ($inner -join ' ') 'inner inner inner inner' 'what the inner work gave'
    }
}
