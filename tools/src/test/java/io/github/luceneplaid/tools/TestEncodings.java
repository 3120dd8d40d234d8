/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License at
 *
 *     http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations under
 * the License.
 */
package io.github.luceneplaid.tools;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;

/** A file is read by the same encoding again. */
public class TestEncodings extends ChangeTestCase {
  private static final Charset LATIN = Charset.forName("windows-1252");

  private Path write(String name, String content, Charset charset) throws IOException {
    Path file = write(name, "");
    FileTime time = Files.getLastModifiedTime(file);
    Files.write(file, content.getBytes(charset));
    return Files.setLastModifiedTime(file, time);
  }

  public void testFile() throws IOException {
    run(with("index", write("a", "café\n", LATIN), "-o", index, "--encoding=windows-1252"));
    run(with("add", index, write("b", "Größe\n", UTF_8), "--encoding=UTF-8"));
    write("a", "café\nblue\n", LATIN);
    write("b", "Größe\nred\n", UTF_8);
    run(with("update", index));
    assertEquals(List.of("1=café", "2=blue", "b:1=Größe", "b:2=red"), documents());
    write("b", "Größen\n", UTF_8);
    run(with("add", index, folder.resolve("b"), "--replace"));
    assertEquals(List.of("1=café", "2=blue", "b:1=Größen"), documents());
  }

  /** Files that come later into a folder are read as those before. */
  public void testFolder() throws IOException {
    run(with("index", write("a", "red\n", UTF_8), "-o", index));
    Path latin = write("latin/b.md", "café\n", LATIN).getParent();
    run(with("add", index, latin, "--encoding=windows-1252"));
    run("merge", index);
    write("a", "Größe\n", UTF_8);
    write("latin/b.md", "café cat\n", LATIN);
    write("latin/c.md", "über\n", LATIN);
    run(with("update", index));
    assertEquals(List.of("1=Größe", "b.md#1=b\ncafé cat", "c.md#1=c\nüber"), documents());
  }

  /** What an update reads by an encoding stays so, and so does a new folder of it. */
  public void testUpdate() throws IOException {
    Path docs = write("docs/a.md", "café\n", LATIN).getParent();
    write("docs/b.md", "café\n", LATIN);
    run(with("index", docs, "-o", index, "--encoding=windows-1252"));
    write("docs/a.md", "Größe\n", UTF_8);
    Path more = write("more/c.md", "Größe\n", UTF_8).getParent();
    run(with("update", index, docs.resolve("a.md"), more, "--encoding=UTF-8"));
    List<String> documents = List.of("a.md#1=a\nGröße", "b.md#1=b\ncafé", "c.md#1=c\nGröße");
    assertEquals(documents, documents());
    write("docs/a.md", "über\n", UTF_8);
    write("docs/b.md", "über\n", LATIN);
    write("more/c.md", "über\n", UTF_8);
    write("more/d.md", "über\n", UTF_8);
    run(with("update", index));
    documents = List.of("a.md#1=a\nüber", "b.md#1=b\nüber", "c.md#1=c\nüber", "d.md#1=d\nüber");
    assertEquals(documents, documents());
  }
}
