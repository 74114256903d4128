using System.Management.Automation;
using System.Net;
using System.Security;
using LabRunner.Errors;
using LabRunner.Operations;

namespace LabRunner.Secrets;

/// <summary>Where secrets come from: SecureCredentials where the caller has it, else SecretManagement.</summary>
/// <remarks>Found through the caller's session and asked in a worker's, just before the operation that needs the secret.</remarks>
internal sealed class SecretStore
{
    private static readonly (string Command, string Parameter)[] Commands = [("Get-SecureCredential", "CredentialName"), ("Get-Secret", "Name")];

    private readonly string _parameter;
    private readonly string _command;
    private readonly string? _module;
    private readonly ScriptBlock? _function;

    private SecretStore(string command, string parameter, string? module, ScriptBlock? function)
    {
        _command = command;
        _parameter = parameter;
        _module = module;
        _function = function;
    }

    /// <summary>The first of the commands that the caller has.</summary>
    /// <exception cref="LabRunnerException">It has none.</exception>
    internal static SecretStore Of(PSCmdlet caller, string secret)
    {
        foreach (var (name, parameter) in Commands)
        {
            var command = caller.InvokeCommand.GetCommand(name, CommandTypes.Function | CommandTypes.Cmdlet);
            if (command is FunctionInfo { Module: null } function)
            {
                return new SecretStore(name, parameter, null, ScriptCopy.Of(function.ScriptBlock).Copy);
            }

            if (command is not null)
            {
                return new SecretStore(name, parameter, command.Module?.Path, null);
            }
        }

        throw LabRunnerError.NoSecretStore(secret);
    }

    /// <summary>A secret's value, on the thread of a runspace that runs something.</summary>
    /// <exception cref="LabRunnerException">The store does not have it, or fails.</exception>
    internal object Get(string secret)
    {
        PSObject?[] found;
        try
        {
            using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
            if (_function is not null)
            {
                shell.AddScript("param($LabFunction, $LabArguments) & $LabFunction @LabArguments", useLocalScope: true)
                    .AddArgument(_function)
                    .AddArgument(new System.Collections.Hashtable { [_parameter] = secret });
            }
            else
            {
                if (_module is not null)
                {
                    shell.AddCommand("Import-Module").AddParameter("Name", _module).AddParameter("Global").AddParameter("DisableNameChecking").AddParameter("Verbose", false).AddStatement();
                }

                shell.AddCommand(_command).AddParameter(_parameter, secret).AddParameter("ErrorAction", ActionPreference.Stop);
            }

            found = [.. shell.Invoke()];
            if (shell.HadErrors && shell.Streams.Error is [var first, ..])
            {
                // What ends one of several statements is written and not thrown.
                throw LabRunnerError.SecretNotFound(secret, _command, first.Exception);
            }
        }
        catch (RuntimeException error) when (error is not PipelineStoppedException)
        {
            throw LabRunnerError.SecretNotFound(secret, _command, error);
        }

        return found is [.., { } last] && Value(last) is { } value ? value : throw LabRunnerError.SecretNotFound(secret, _command, null);
    }

    /// <summary>The text of a secret for a program, on the thread of the command that runs it: a text, a key, or the password of a credential.</summary>
    /// <exception cref="LabRunnerException">The store does not have it, or fails.</exception>
    internal string GetText(PSCmdlet caller, string secret)
    {
        System.Collections.ObjectModel.Collection<PSObject> found;
        try
        {
            var command = caller.InvokeCommand.GetCommand(_command, CommandTypes.Function | CommandTypes.Cmdlet);
            var arguments = new System.Collections.Hashtable { [_parameter] = secret };
            if (command is CmdletInfo or FunctionInfo { CmdletBinding: true })
            {
                arguments["ErrorAction"] = ActionPreference.Stop;
            }

            found = caller.InvokeCommand.InvokeScript(true, ScriptBlock.Create("param($LabCommand, $LabArguments) & $LabCommand @LabArguments"), null, command, arguments);
        }
        catch (RuntimeException error) when (error is not PipelineStoppedException)
        {
            throw LabRunnerError.SecretNotFound(secret, _command, error);
        }

        return (found is [.., { } last] ? Value(last) : null) switch
        {
            string text => text,
            PSCredential credential => Plain(credential.Password),
            _ => throw LabRunnerError.SecretNotFound(secret, _command, null),
        };
    }

    /// <summary>A value as an operation gets it: text for a text or an API key, a credential for a name with a password.</summary>
    internal static object? Value(PSObject found)
    {
        switch (found.BaseObject)
        {
            case string text:
                SecretMask.Add(text);
                return text;
            case SecureString secure:
                return Value(PSObject.AsPSObject(Plain(secure)));
            case PSCredential credential:
                SecretMask.Add(Plain(credential.Password));
                return credential;
        }

        // SecureCredentials describes what it has: APIKey, or Username and Password.
        var fields = FieldMap.Of(found);
        if (fields?.Take("APIKey") is { } key)
        {
            return Value(PSObject.AsPSObject(key));
        }

        var credentialOf = fields?.Take("Credential", "PSCredential");
        if (credentialOf is PSCredential inner)
        {
            return Value(PSObject.AsPSObject(inner));
        }

        if (fields?.Take("Password") is { } password)
        {
            var secure = password as SecureString ?? new NetworkCredential("", LanguagePrimitives.ConvertTo<string>(password)).SecurePassword;
            SecretMask.Add(Plain(secure));
            return fields.Take("Username", "UserName") is { } user && LanguagePrimitives.ConvertTo<string>(user) is { Length: > 0 } name
                ? new PSCredential(name, secure)
                : Plain(secure);
        }

        return null;
    }

    private static string Plain(SecureString secure) => new NetworkCredential("", secure).Password;
}
