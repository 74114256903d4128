@{
    Id = 'PS12240'
    Link = 'https://github.com/PowerShell/PowerShell/issues/12240'
    Expects = 'On request, functions and variables of the caller are there in the work.'
    Test = {
        function Get-Greeting { "hello $whom" }
        $whom = 'world'
        Assert-Same (Invoke-Work -Functions Get-Greeting -Variables whom { Get-Greeting } 2>$null) 'hello world' 'the answer'
    }
}
