using namespace System.Text
@{
    Id = 'PS12804'
    Link = 'https://github.com/PowerShell/PowerShell/issues/12804'
    Expects = 'The `using namespace` lines of the file hold in parallel work.'
    Test = {
        $name = Invoke-Work { [StringBuilder].FullName } 2>&1
        Assert-Same $name 'System.Text.StringBuilder' 'the type'
    }
}
