@{
    Id = 'TJ45'
    Link = 'https://github.com/PaulHigin/PSThreadJob/issues/45'
    Expects = '`$using:` works in the initialization script.'
    Test = {
        $value = 'from the caller'
        Assert-Same (Invoke-Work -Initialization { $global:prepared = $using:value } { $prepared } 2>&1) 'from the caller' 'the prepared value'
    }
}
