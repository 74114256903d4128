using System.Management.Automation;
using System.Text;
using LabRunner.Errors;

namespace LabRunner.Restarts;

/// <summary>Runs that go on after a restart by a task of the Task Scheduler of Windows, which starts with the machine as SYSTEM.</summary>
internal sealed class ScheduledTaskResume(PSCmdlet voice) : IResumeRegistration
{
    private const string Folder = @"\LabRunner\";
    private const string Name = "Resume runs after a restart";

    /// <inheritdoc/>
    public string Place => Folder + Name;

    /// <inheritdoc/>
    public void Check()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw LabRunnerError.ResumeUnavailable(
                "A task that starts with the machine can only be registered by an administrator.",
                "Start PowerShell with 'Run as administrator', and register again.");
        }

        if (voice.InvokeCommand.GetCommand("Register-ScheduledTask", CommandTypes.Function | CommandTypes.Cmdlet) is null)
        {
            throw LabRunnerError.ResumeUnavailable("The module ScheduledTasks, with Register-ScheduledTask, is not installed.", "Run 'Resume-LabRun -Pending' after a restart.");
        }
    }

    /// <inheritdoc/>
    public bool Register(ResumeCommand command)
    {
        Call(
            """
            param($Path, $Name, $Program, $Arguments)
            $action = New-ScheduledTaskAction -Execute $Program -Argument $Arguments
            $trigger = New-ScheduledTaskTrigger -AtStartup
            $principal = New-ScheduledTaskPrincipal -UserId 'S-1-5-18' -LogonType ServiceAccount -RunLevel Highest
            $settings = New-ScheduledTaskSettingsSet -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries -StartWhenAvailable -ExecutionTimeLimit ([timespan]::Zero) -MultipleInstances IgnoreNew
            $null = Register-ScheduledTask -TaskPath $Path -TaskName $Name -Action $action -Trigger $trigger -Principal $principal -Settings $settings -Force -ErrorAction Stop
            """,
            Folder,
            Name,
            Quoted(command.Program),
            Arguments(command));
        return true;
    }

    /// <inheritdoc/>
    public bool Unregister() => LanguagePrimitives.IsTrue(Call(
        """
        param($Path, $Name)
        $task = Get-ScheduledTask -TaskPath $Path -TaskName $Name -ErrorAction Ignore
        if ($task) { $task | Unregister-ScheduledTask -Confirm:$false -ErrorAction Stop; $true } else { $false }
        """,
        Folder,
        Name).FirstOrDefault());

    // A task has no environment of its own: the command sets it.
    private static string Arguments(ResumeCommand command)
    {
        var variables = string.Concat(command.Environment.Select(pair => $"$env:{pair.Key} = '{pair.Value.Replace("'", "''", StringComparison.Ordinal)}'; "));
        return string.Join(' ', command.Arguments.SkipLast(1).Append(variables + command.Arguments[^1]).Select(Quoted));
    }

    // As programs on Windows read their command line: a backslash counts only before a quote.
    private static string Quoted(string argument)
    {
        if (argument.Length > 0 && !argument.Any(letter => char.IsWhiteSpace(letter) || letter == '"'))
        {
            return argument;
        }

        StringBuilder text = new("\"");
        var slashes = 0;
        foreach (var letter in argument)
        {
            if (letter == '\\')
            {
                slashes++;
                continue;
            }

            text.Append('\\', letter == '"' ? 2 * slashes + 1 : slashes).Append(letter);
            slashes = 0;
        }

        return text.Append('\\', 2 * slashes).Append('"').ToString();
    }

    private System.Collections.ObjectModel.Collection<PSObject> Call(string script, params object[] arguments)
    {
        try
        {
            return voice.InvokeCommand.InvokeScript(script, true, System.Management.Automation.Runspaces.PipelineResultTypes.None, null, arguments);
        }
        catch (RuntimeException error)
        {
            throw LabRunnerError.ResumeUnavailable($"The task '{Place}' could not be changed: {error.Message.TrimEnd('.')}.", "Correct that, and try again.", error);
        }
    }
}
