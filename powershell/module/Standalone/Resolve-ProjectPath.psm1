# Can be imported without the module LabRunner, which has the same function.
#include Public/Resolve-ProjectPath.ps1
Export-ModuleMember -Function Resolve-ProjectPath
