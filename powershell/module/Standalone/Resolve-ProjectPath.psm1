# Can be imported without the module LabRunner, which has the same function.
#include Private/New-LabError.ps1
#include Private/Resolve-LabFilePath.ps1
#include Public/Resolve-ProjectPath.ps1
Export-ModuleMember -Function Resolve-ProjectPath
