@{
    Name = "lab$(Set-Content -LiteralPath $env:LAB_MARK -Value psd1)"
    Description = (Set-Content -LiteralPath $env:LAB_MARK -Value psd1)
    Operations = @(
        @{ Name = 'a'; ScriptBlock = { 'a' } }
        @{ Name = & { Set-Content -LiteralPath $env:LAB_MARK -Value psd1 }; ScriptBlock = { 'b' } }
        @{ Name = [scriptblock]::Create('Set-Content -LiteralPath $env:LAB_MARK -Value psd1').Invoke(); ScriptBlock = { 'c' } }
    )
}
