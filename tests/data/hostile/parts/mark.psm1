Set-Content -LiteralPath $env:LAB_MARK -Value module
class Marker { static [string] $Mark = (Set-Content -LiteralPath $env:LAB_MARK -Value class) }
