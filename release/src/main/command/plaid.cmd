@echo off
rem Licensed under the Apache License, Version 2.0: see the file LICENSE.
rem
rem Runs the plaid command: takes Java from PLAID_JAVA_HOME, JAVA_HOME or the PATH, and passes all
rem arguments on. PLAID_JAVA_OPTS holds options for Java.
setlocal
set "home=%~dp0."
set "java="
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java.exe"
if defined PLAID_JAVA_HOME set "java=%PLAID_JAVA_HOME%\bin\java.exe"
if not defined java for %%f in (java.exe) do set "java=%%~$PATH:f"
if not exist "%java%" (
  echo plaid: a JDK 21 or later is needed; install one from https://adoptium.net or set PLAID_JAVA_HOME 1>&2
  exit /b 1
)
for %%f in ("%home%\lucene-plaid-tools-*.jar") do set "jar=%%f"
"%java%" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED %PLAID_JAVA_OPTS% "-Dplaid.home=%home%" -jar "%jar%" %*
exit /b %errorlevel%
