-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: 127.0.0.1    Database: nsync_test_4ddd201771eb
-- ------------------------------------------------------
-- Server version	10.11.19-MariaDB-0+deb12u1

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
/*!40101 SET NAMES utf8mb4 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;

--
-- Table structure for table `car`
--

DROP TABLE IF EXISTS `car`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `car` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `rego_number` varchar(10) NOT NULL,
  `name` varchar(50) NOT NULL,
  `assigned_to_id` int(11) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `car_rego_number_unique` (`rego_number`),
  KEY `car_assigned_to_id_index` (`assigned_to_id`),
  CONSTRAINT `car_assigned_to_id_foreign` FOREIGN KEY (`assigned_to_id`) REFERENCES `person` (`id`) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `car`
--

LOCK TABLES `car` WRITE;
/*!40000 ALTER TABLE `car` DISABLE KEYS */;
/*!40000 ALTER TABLE `car` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `house`
--

DROP TABLE IF EXISTS `house`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `house` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `address` varchar(100) NOT NULL,
  `country` varchar(100) NOT NULL DEFAULT '',
  `floors` int(11) DEFAULT NULL,
  `owner_id` int(11) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `house_address_index` (`address`),
  KEY `house_owner_id_index` (`owner_id`),
  CONSTRAINT `house_owner_id_foreign` FOREIGN KEY (`owner_id`) REFERENCES `person` (`id`) ON DELETE SET NULL
) ENGINE=InnoDB AUTO_INCREMENT=3 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `house`
--

LOCK TABLES `house` WRITE;
/*!40000 ALTER TABLE `house` DISABLE KEYS */;
INSERT INTO `house` VALUES
(1,'1007 Mountain Drive','USA',NULL,1),
(2,'Arkham Road 1','USA',NULL,NULL);
/*!40000 ALTER TABLE `house` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `nsync_external_key_mappings`
--

DROP TABLE IF EXISTS `nsync_external_key_mappings`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `nsync_external_key_mappings` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `external_system_id` int(10) unsigned NOT NULL,
  `model` varchar(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  `external_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  `object_id` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  `created_at` datetime(3) NOT NULL,
  `updated_at` datetime(3) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `nsync_mappings_key` (`external_system_id`,`model`,`external_key`),
  KEY `nsync_mappings_object` (`object_id`,`model`),
  CONSTRAINT `nsync_external_key_mappings_external_system_id_foreign` FOREIGN KEY (`external_system_id`) REFERENCES `nsync_external_systems` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=9 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `nsync_external_key_mappings`
--

LOCK TABLES `nsync_external_key_mappings` WRITE;
/*!40000 ALTER TABLE `nsync_external_key_mappings` DISABLE KEYS */;
INSERT INTO `nsync_external_key_mappings` VALUES
(1,1,'Person','1001','1','2026-11-29 00:07:09.132','2026-11-29 00:07:09.132'),
(2,1,'Person','it\'s \"50%\" \\ 	; -- é 😀 ','2','2026-11-29 00:07:09.132','2026-11-29 00:07:09.132'),
(4,2,'House','H-1','1','2026-11-29 00:07:09.579','2026-11-29 00:07:09.579'),
(5,2,'House','H-2','2','2026-11-29 00:07:09.579','2026-11-29 00:07:09.579'),
(7,3,'Tag','T-1','1','2026-11-29 00:07:09.632','2026-11-29 00:07:09.632'),
(8,4,'Person','P-1','1','2026-11-29 00:07:09.701','2026-11-29 00:07:09.701');
/*!40000 ALTER TABLE `nsync_external_key_mappings` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `nsync_external_systems`
--

DROP TABLE IF EXISTS `nsync_external_systems`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `nsync_external_systems` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `name` varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  `description` text DEFAULT NULL,
  `created_at` datetime(3) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `nsync_external_systems_name_unique` (`name`)
) ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `nsync_external_systems`
--

LOCK TABLES `nsync_external_systems` WRITE;
/*!40000 ALTER TABLE `nsync_external_systems` DISABLE KEYS */;
INSERT INTO `nsync_external_systems` VALUES
(1,'HR \"system\"',NULL,'2026-11-29 00:07:09.087'),
(2,'Land registry',NULL,'2026-11-29 00:07:09.567'),
(3,'Tags',NULL,'2026-11-29 00:07:09.621'),
(4,'Payroll',NULL,'2026-11-29 00:07:09.688');
/*!40000 ALTER TABLE `nsync_external_systems` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `nsync_first_touches`
--

DROP TABLE IF EXISTS `nsync_first_touches`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `nsync_first_touches` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `external_system_id` int(10) unsigned NOT NULL,
  `model` varchar(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  `object_id` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  `touched_at` datetime(3) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `nsync_first_touches_object` (`object_id`,`model`,`external_system_id`),
  KEY `nsync_first_touches_external_system_id_foreign` (`external_system_id`),
  CONSTRAINT `nsync_first_touches_external_system_id_foreign` FOREIGN KEY (`external_system_id`) REFERENCES `nsync_external_systems` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=4 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `nsync_first_touches`
--

LOCK TABLES `nsync_first_touches` WRITE;
/*!40000 ALTER TABLE `nsync_first_touches` DISABLE KEYS */;
INSERT INTO `nsync_first_touches` VALUES
(1,1,'Person','1','2026-11-29 00:07:09.050'),
(2,1,'Person','2','2026-11-29 00:07:09.050'),
(3,1,'Person','3','2026-11-29 00:07:09.050');
/*!40000 ALTER TABLE `nsync_first_touches` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `nsync_locks`
--

DROP TABLE IF EXISTS `nsync_locks`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `nsync_locks` (
  `model` varchar(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  PRIMARY KEY (`model`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `nsync_locks`
--

LOCK TABLES `nsync_locks` WRITE;
/*!40000 ALTER TABLE `nsync_locks` DISABLE KEYS */;
INSERT INTO `nsync_locks` VALUES
(''),
('House'),
('Person'),
('Tag');
/*!40000 ALTER TABLE `nsync_locks` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `nsync_migrations`
--

DROP TABLE IF EXISTS `nsync_migrations`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `nsync_migrations` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `name` varchar(255) DEFAULT NULL,
  `batch` int(11) DEFAULT NULL,
  `migration_time` timestamp NULL DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=4 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `nsync_migrations`
--

LOCK TABLES `nsync_migrations` WRITE;
/*!40000 ALTER TABLE `nsync_migrations` DISABLE KEYS */;
INSERT INTO `nsync_migrations` VALUES
(1,'20261123000000_own_tables',1,'2026-11-29 00:07:07'),
(2,'20261128000000_true_records',1,'2026-11-29 00:07:07'),
(3,'20261128010000_also_changed',1,'2026-11-29 00:07:07');
/*!40000 ALTER TABLE `nsync_migrations` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `nsync_migrations_lock`
--

DROP TABLE IF EXISTS `nsync_migrations_lock`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `nsync_migrations_lock` (
  `index` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `is_locked` int(11) DEFAULT NULL,
  PRIMARY KEY (`index`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `nsync_migrations_lock`
--

LOCK TABLES `nsync_migrations_lock` WRITE;
/*!40000 ALTER TABLE `nsync_migrations_lock` DISABLE KEYS */;
INSERT INTO `nsync_migrations_lock` VALUES
(1,0);
/*!40000 ALTER TABLE `nsync_migrations_lock` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `nsync_related_changes`
--

DROP TABLE IF EXISTS `nsync_related_changes`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `nsync_related_changes` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `run_source_id` bigint(20) unsigned NOT NULL,
  `model` varchar(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  `object_id` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  PRIMARY KEY (`id`),
  KEY `nsync_related_changes_object` (`model`,`object_id`),
  KEY `nsync_related_changes_source` (`run_source_id`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `nsync_related_changes`
--

LOCK TABLES `nsync_related_changes` WRITE;
/*!40000 ALTER TABLE `nsync_related_changes` DISABLE KEYS */;
INSERT INTO `nsync_related_changes` VALUES
(1,4,'Person','1');
/*!40000 ALTER TABLE `nsync_related_changes` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `nsync_row_outcomes`
--

DROP TABLE IF EXISTS `nsync_row_outcomes`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `nsync_row_outcomes` (
  `run_source_id` bigint(20) unsigned NOT NULL,
  `row` int(11) NOT NULL,
  `line` int(11) DEFAULT NULL,
  `external_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin DEFAULT NULL,
  `status` varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  `severity` varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin DEFAULT NULL,
  `object_id` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin DEFAULT NULL,
  `changes` longtext DEFAULT NULL,
  `also_deleted` longtext DEFAULT NULL,
  `problems` longtext DEFAULT NULL,
  `also_changed` longtext DEFAULT NULL,
  PRIMARY KEY (`run_source_id`,`row`),
  KEY `nsync_row_outcomes_object` (`object_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `nsync_row_outcomes`
--

LOCK TABLES `nsync_row_outcomes` WRITE;
/*!40000 ALTER TABLE `nsync_row_outcomes` DISABLE KEYS */;
INSERT INTO `nsync_row_outcomes` VALUES
(2,1,NULL,'1001','UPDATED',NULL,'1','[[\"hair_colour\",\"Unknown\",\"black\"]]',NULL,NULL,NULL),
(2,2,NULL,'it\'s \"50%\" \\ 	; -- é 😀 ','UPDATED',NULL,'2','[[\"hair_colour\",\"Unknown\",\"black\"]]',NULL,NULL,NULL),
(2,3,NULL,'1003','UPDATED',NULL,'3','[[\"hair_colour\",\"Unknown\",\"black\"]]',NULL,NULL,NULL),
(3,1,NULL,'H-1','CREATED',NULL,'1','[[\"address\",\"1007 Mountain Drive\"],[\"country\",\"USA\"],[\"owner_id\",1]]',NULL,NULL,NULL),
(3,2,NULL,'H-2','CREATED','WARNING','2','[[\"address\",\"Arkham Road 1\"],[\"country\",\"USA\"]]',NULL,'[{\"code\":\"REFERENCE_NOT_FOUND\",\"severity\":\"WARNING\",\"message\":\"Reference \\\"owner\\\" finds no Person with employee_id \\\"EMP9\\\".\",\"field\":\"owner\"}]',NULL),
(4,1,NULL,'T-1','CREATED',NULL,'1','[[\"label\",\"hero\"],[\"people\",[],[\"1\"]]]',NULL,NULL,'[[\"Person\",\"1\"]]'),
(6,1,NULL,NULL,'FAILED','ERROR',NULL,NULL,NULL,'[{\"code\":\"INVALID_VALUE\",\"severity\":\"ERROR\",\"message\":\"Field \\\"age\\\": \\\"unknown\\\" is not an integer.\",\"field\":\"age\"}]',NULL),
(7,1,NULL,NULL,'CREATED',NULL,NULL,'[[\"first_name\",\"Not\"],[\"last_name\",\"There\"],[\"employee_id\",\"EMP4\"]]',NULL,NULL,NULL),
(7,2,NULL,NULL,'FAILED','ERROR',NULL,NULL,NULL,'[{\"code\":\"INVALID_VALUE\",\"severity\":\"ERROR\",\"message\":\"Field \\\"age\\\": \\\"unknown\\\" is not an integer.\",\"field\":\"age\"}]',NULL),
(8,1,NULL,NULL,'CREATED',NULL,NULL,'[[\"first_name\",\"Dry\"],[\"last_name\",\"Run\"],[\"employee_id\",\"EMP5\"]]',NULL,NULL,NULL),
(9,1,NULL,'1003','DELETED',NULL,'3',NULL,NULL,NULL,NULL);
/*!40000 ALTER TABLE `nsync_row_outcomes` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `nsync_run_progress`
--

DROP TABLE IF EXISTS `nsync_run_progress`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `nsync_run_progress` (
  `run_id` bigint(20) unsigned NOT NULL,
  `attempt` int(11) NOT NULL,
  `heartbeat_at` datetime(3) DEFAULT NULL,
  `cancel_requested` tinyint(1) NOT NULL DEFAULT 0,
  `phase` varchar(10) NOT NULL,
  `rows_done` int(11) NOT NULL DEFAULT 0,
  `rows_total` int(11) DEFAULT NULL,
  `rows_per_second` double DEFAULT NULL,
  `counts` text DEFAULT NULL,
  PRIMARY KEY (`run_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `nsync_run_progress`
--

LOCK TABLES `nsync_run_progress` WRITE;
/*!40000 ALTER TABLE `nsync_run_progress` DISABLE KEYS */;
INSERT INTO `nsync_run_progress` VALUES
(10,1,'2026-11-29 00:07:10.018',0,'SYNCING',1,NULL,NULL,NULL);
/*!40000 ALTER TABLE `nsync_run_progress` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `nsync_run_sources`
--

DROP TABLE IF EXISTS `nsync_run_sources`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `nsync_run_sources` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `run_id` bigint(20) unsigned NOT NULL,
  `position` int(11) NOT NULL,
  `external_system_id` int(10) unsigned DEFAULT NULL,
  `system_name` varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  `model` varchar(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  `file` text DEFAULT NULL,
  `rows_count` int(11) NOT NULL DEFAULT 0,
  `created_count` int(11) NOT NULL DEFAULT 0,
  `updated_count` int(11) NOT NULL DEFAULT 0,
  `unchanged_count` int(11) NOT NULL DEFAULT 0,
  `deleted_count` int(11) NOT NULL DEFAULT 0,
  `unlinked_count` int(11) NOT NULL DEFAULT 0,
  `skipped_count` int(11) NOT NULL DEFAULT 0,
  `failed_count` int(11) NOT NULL DEFAULT 0,
  `warnings_count` int(11) NOT NULL DEFAULT 0,
  PRIMARY KEY (`id`),
  KEY `nsync_run_sources_run` (`run_id`,`position`),
  KEY `nsync_run_sources_system` (`external_system_id`),
  CONSTRAINT `nsync_run_sources_run_id_foreign` FOREIGN KEY (`run_id`) REFERENCES `nsync_runs` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `nsync_run_sources`
--

LOCK TABLES `nsync_run_sources` WRITE;
/*!40000 ALTER TABLE `nsync_run_sources` DISABLE KEYS */;
INSERT INTO `nsync_run_sources` VALUES
(2,2,0,1,'HR \"system\"','Person',NULL,3,0,3,0,0,0,0,0,0),
(3,3,0,2,'Land registry','House',NULL,2,2,0,0,0,0,0,0,1),
(4,4,0,3,'Tags','Tag',NULL,1,1,0,0,0,0,0,0,0),
(5,5,0,4,'Payroll','Person',NULL,1,0,0,1,0,0,0,0,0),
(6,6,0,1,'HR \"system\"','Person',NULL,2,0,0,1,0,0,0,1,0),
(7,7,0,1,'HR \"system\"','Person',NULL,2,1,0,0,0,0,0,1,0),
(8,8,0,1,'HR \"system\"','Person',NULL,1,1,0,0,0,0,0,0,0),
(9,9,0,1,'HR \"system\"','Person',NULL,1,0,0,0,1,0,0,0,0),
(10,10,0,1,'HR \"system\"','Person',NULL,1,0,0,1,0,0,0,0,0);
/*!40000 ALTER TABLE `nsync_run_sources` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `nsync_runs`
--

DROP TABLE IF EXISTS `nsync_runs`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `nsync_runs` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `status` varchar(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  `dry_run` tinyint(1) NOT NULL,
  `started_at` datetime(3) NOT NULL,
  `finished_at` datetime(3) DEFAULT NULL,
  `committed_chunks` int(11) NOT NULL DEFAULT 0,
  `problems` longtext NOT NULL,
  `problem_groups` longtext NOT NULL,
  `heartbeat_at` datetime(3) DEFAULT NULL,
  `attempt` int(11) NOT NULL DEFAULT 1,
  PRIMARY KEY (`id`),
  KEY `nsync_runs_status` (`status`)
) ENGINE=InnoDB AUTO_INCREMENT=11 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `nsync_runs`
--

LOCK TABLES `nsync_runs` WRITE;
/*!40000 ALTER TABLE `nsync_runs` DISABLE KEYS */;
INSERT INTO `nsync_runs` VALUES
(2,'COMPLETED',0,'2026-11-29 00:07:09.239','2026-11-29 00:07:09.309',0,'[]','[]','2026-11-29 00:07:09.245',1),
(3,'COMPLETED',0,'2026-11-29 00:07:09.544','2026-11-29 00:07:09.587',0,'[]','[{\"code\":\"REFERENCE_NOT_FOUND\",\"severity\":\"WARNING\",\"field\":\"owner\",\"file\":null,\"message\":\"Reference \\\"owner\\\" finds no Person with employee_id \\\"EMP9\\\".\",\"count\":1,\"rows\":\"2\"}]','2026-11-29 00:07:09.549',1),
(4,'COMPLETED',0,'2026-11-29 00:07:09.609','2026-11-29 00:07:09.646',0,'[]','[]','2026-11-29 00:07:09.611',1),
(5,'COMPLETED',0,'2026-11-29 00:07:09.673','2026-11-29 00:07:09.704',0,'[]','[]','2026-11-29 00:07:09.676',1),
(6,'COMPLETED_WITH_FAILURES',0,'2026-11-29 00:07:09.724','2026-11-29 00:07:09.775',1,'[]','[{\"code\":\"INVALID_VALUE\",\"severity\":\"ERROR\",\"field\":\"age\",\"file\":null,\"message\":\"Field \\\"age\\\": \\\"unknown\\\" is not an integer.\",\"count\":1,\"rows\":\"1\"}]','2026-11-29 00:07:09.727',1),
(7,'ROLLED_BACK',0,'2026-11-29 00:07:09.810','2026-11-29 00:07:09.851',0,'[]','[{\"code\":\"INVALID_VALUE\",\"severity\":\"ERROR\",\"field\":\"age\",\"file\":null,\"message\":\"Field \\\"age\\\": \\\"unknown\\\" is not an integer.\",\"count\":1,\"rows\":\"2\"}]','2026-11-29 00:07:09.815',1),
(8,'COMPLETED',1,'2026-11-29 00:07:09.869','2026-11-29 00:07:09.925',0,'[]','[]','2026-11-29 00:07:09.889',1),
(9,'COMPLETED',0,'2026-11-29 00:07:09.955','2026-11-29 00:07:09.990',0,'[]','[]','2026-11-29 00:07:09.958',1),
(10,'RUNNING',0,'2026-11-29 00:07:10.018',NULL,1,'[]','[]','2026-11-29 00:07:10.018',1);
/*!40000 ALTER TABLE `nsync_runs` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `person`
--

DROP TABLE IF EXISTS `person`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `person` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `first_name` varchar(50) NOT NULL,
  `last_name` varchar(50) NOT NULL,
  `age` int(11) DEFAULT NULL,
  `hair_colour` varchar(50) NOT NULL DEFAULT 'Unknown',
  `employee_id` varchar(50) DEFAULT NULL,
  `photo` varchar(200) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `person_employee_id_index` (`employee_id`)
) ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `person`
--

LOCK TABLES `person` WRITE;
/*!40000 ALTER TABLE `person` DISABLE KEYS */;
INSERT INTO `person` VALUES
(1,'Bruce','Wayne',42,'black','EMP1',NULL),
(2,'Renée','O\'Hara \\ 😀',NULL,'black','EMP2',NULL);
/*!40000 ALTER TABLE `person` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `person_tag`
--

DROP TABLE IF EXISTS `person_tag`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `person_tag` (
  `person_id` int(11) NOT NULL,
  `tag_id` int(11) NOT NULL,
  PRIMARY KEY (`person_id`,`tag_id`),
  KEY `person_tag_tag_id_foreign` (`tag_id`),
  CONSTRAINT `person_tag_person_id_foreign` FOREIGN KEY (`person_id`) REFERENCES `person` (`id`) ON DELETE CASCADE,
  CONSTRAINT `person_tag_tag_id_foreign` FOREIGN KEY (`tag_id`) REFERENCES `tag` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `person_tag`
--

LOCK TABLES `person_tag` WRITE;
/*!40000 ALTER TABLE `person_tag` DISABLE KEYS */;
INSERT INTO `person_tag` VALUES
(1,1);
/*!40000 ALTER TABLE `person_tag` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `tag`
--

DROP TABLE IF EXISTS `tag`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `tag` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `label` varchar(50) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `tag_label_unique` (`label`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `tag`
--

LOCK TABLES `tag` WRITE;
/*!40000 ALTER TABLE `tag` DISABLE KEYS */;
INSERT INTO `tag` VALUES
(1,'hero');
/*!40000 ALTER TABLE `tag` ENABLE KEYS */;
UNLOCK TABLES;
/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;
/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;

-- Dump completed
